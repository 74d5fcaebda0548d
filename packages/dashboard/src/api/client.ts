import type { ErrorResponse } from "@tidegauge/protocol/query";

/** A failed request to the server: `code` is the server's, or `unreachable` when there was no answer. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Query parameters; undefined and empty values are left out, an array repeats its key. */
export type Parameters = Record<string, string | number | readonly string[] | undefined>;

/** Builds `path?query`, relative to the page, so that it also works under a proxy's path. */
export function apiUrl(path: string, parameters: Parameters = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (value === undefined || value === "") continue;
    if (typeof value === "object") for (const item of value) search.append(key, item);
    else search.append(key, String(value));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

const unauthorizedListeners = new Set<() => void>();

/** Calls `listener` whenever the server answers 401. Returns the stop function. */
export function onUnauthorized(listener: () => void): () => void {
  unauthorizedListeners.add(listener);
  return () => unauthorizedListeners.delete(listener);
}

/** Sends a request; throws {@link ApiError} for every status that is not 2xx and when there is no answer. */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, "unreachable", "The server does not answer. It is asked again by itself.");
  }
  if (response.ok) return response;
  if (response.status === 401) for (const listener of unauthorizedListeners) listener();
  throw await toError(response);
}

/** GETs JSON. Errors: see {@link request}. */
export async function getJson<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<T> {
  const response = await request(apiUrl(path, parameters), signal === undefined ? {} : { signal });
  return (await response.json()) as T;
}

async function toError(response: Response): Promise<ApiError> {
  try {
    const body = (await response.json()) as Partial<ErrorResponse>;
    if (body.error) return new ApiError(response.status, body.error.code, body.error.message);
  } catch {
    // Not the API's own form, for example a proxy's page: the status says enough.
  }
  return new ApiError(
    response.status,
    `http_${response.status}`,
    `The server answered with status ${response.status}.`,
  );
}
