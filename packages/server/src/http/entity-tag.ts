/**
 * Does a header of entity tags (`If-None-Match`, `If-Match`) name `tag`, given with its quotes? `*` names every one; without the header nothing is named.
 * A proxy that compresses answers makes `"x"` into `W/"x"` (nginx, Cloudflare) or `"x-gzip"` (Apache), so these are the same: our tags stand for what an
 * answer says, not for its bytes.
 */
export function namesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((each) => {
    const candidate = each.trim().replace(/^W\//, "");
    return candidate === "*" || candidate === tag || candidate.replace(/-(gzip|br|deflate|zstd)"$/, '"') === tag;
  });
}
