import { HttpException } from '@nestjs/common';
import { SwitchboardError, type ErrorCodeName } from '@switchboard/protocol';

const BY_FRAMEWORK_CODE: Readonly<Record<string, ErrorCodeName>> = {
  FST_ERR_BAD_URL: 'invalid_path',
  FST_ERR_MAX_PARAM_LENGTH: 'invalid_path',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
};

const BY_STATUS: Readonly<Record<number, ErrorCodeName>> = {
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'too_large',
  415: 'unsupported_media_type',
  431: 'headers_too_large',
  503: 'unavailable',
};

/**
 * The error that a caller is told of, for whatever was thrown: our own as it is, those of the framework by what they mean, anything else
 * as `internal`, with what was thrown as its cause. The framework's texts are not passed on.
 */
export function toSwitchboardError(thrown: unknown): SwitchboardError {
  if (thrown instanceof SwitchboardError) return thrown;
  const original = thrown instanceof HttpException && thrown.cause !== undefined ? thrown.cause : thrown;
  const code = frameworkCode(original) ?? codeOfStatus(statusOf(thrown)) ?? 'internal';
  return new SwitchboardError(code, undefined, { cause: thrown });
}

function frameworkCode(error: unknown): ErrorCodeName | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? BY_FRAMEWORK_CODE[code] : undefined;
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}

function codeOfStatus(status: number | undefined): ErrorCodeName | undefined {
  if (status === undefined) return undefined;
  return BY_STATUS[status] ?? (status >= 400 && status < 500 ? 'invalid_request' : undefined);
}
