import { request } from "./client.js";

/** Exchanges the token for the session cookie (HttpOnly). Throws `ApiError` 401 when the token is wrong. */
export async function openSession(token: string): Promise<void> {
  await request("api/v1/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
}
