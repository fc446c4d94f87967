/** The version of the file format that these entities describe: the row `schema_version` of `_trace_meta`. */
export const SCHEMA_VERSION = 6
