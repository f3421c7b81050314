/** The content type of bodies with one JSON value a line. */
export const NDJSON = 'application/x-ndjson';
