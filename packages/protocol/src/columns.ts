/** Columns of the server's CSV file, which has one row per accepted connection. */
export const SERVER_COLUMNS = [
  "connection",
  "client_host",
  "client_address",
  "client_port",
  "opened_at",
  "duration_ms",
  "requests",
  "bytes_received",
  "bytes_sent",
  "close_reason",
] as const;

/** Columns of the client's CSV file, which has one row per requested connection. */
export const CLIENT_COLUMNS = [
  "connection",
  "local_address",
  "local_port",
  "connect_ms",
  "first_response_ms",
  "requests_planned",
  "requests_completed",
  "bytes_sent",
  "bytes_received",
  "response_ms_mean",
  "response_ms_min",
  "response_ms_p50",
  "response_ms_p99",
  "response_ms_max",
  "duration_ms",
  "outcome",
] as const;
