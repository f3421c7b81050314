"""What schemathesis has to be told about the API: how a body of lines is written."""

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def write_lines(_context, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
