import { request } from "./client.js";

const PATH = "api/v1/session";
/** Says that there is a cookie, which scripts cannot see. Holds no secret. */
const STORAGE_KEY = "tidegauge.signedIn";

/** Exchanges the token for the session cookie (HttpOnly). Throws `ApiError` 401 when the token is wrong. */
export async function openSession(token: string): Promise<void> {
  await request(PATH, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  try {
    window.localStorage.setItem(STORAGE_KEY, "yes");
  } catch {
    // Storage may be forbidden: then logging out is not offered, and the session ends by its age.
  }
}

/** Ends the session on the server and takes the cookie away. Throws `ApiError` when the server does not answer. */
export async function closeSession(): Promise<void> {
  await request(PATH, { method: "DELETE" });
  forgetSession();
}

/** The session is over, whoever ended it. */
export function forgetSession(): void {
  try {
    window.localStorage.removeItem(STORAGE_KEY);
  } catch {
    // Then nothing was stored.
  }
}

/** Whether this browser exchanged a token for a session that is not known to be over. */
export function isSignedIn(): boolean {
  try {
    return window.localStorage.getItem(STORAGE_KEY) !== null;
  } catch {
    return false;
  }
}
