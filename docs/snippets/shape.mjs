/**
 * How a JSON value a page shows differs from a real one in shape: fields that only one of them has, and values of another
 * type. null stands for any type; the elements of an array count together, since a page shows few of many.
 *
 * @param {unknown} shown @param {unknown} real
 * @param {readonly string[]} optional names of fields that the real one may lack
 * @returns {string[]} what differs, with the path to it; empty if nothing does
 */
export function differences(shown, real, optional = [], path = "$") {
  if (shown === null || real === null || shown === undefined || real === undefined) return [];
  if (typeOf(shown) !== typeOf(real)) return [`${path} is shown as ${typeOf(shown)} and is ${typeOf(real)}`];
  if (Array.isArray(shown)) {
    if (shown.length > 0 && real.length === 0) return [`${path} is shown with elements and is empty here`];
    if (isTuple(shown) || isTuple(real))
      return shown.flatMap((v, i) => differences(v, real[i], optional, `${path}[${i}]`));
    return differences(union(shown), union(real), optional, `${path}[]`);
  }
  if (typeof shown !== "object") return [];
  const missing = Object.keys(shown).filter((key) => !(key in real) && !optional.includes(key));
  const unsaid = Object.keys(real).filter((key) => !(key in shown));
  return [
    ...missing.map((key) => `${path}.${key} is shown and is not there`),
    ...unsaid.map((key) => `${path}.${key} is there and is not shown`),
    ...Object.keys(shown).flatMap((key) => differences(shown[key], real[key], optional, `${path}.${key}`)),
  ];
}

const typeOf = (value) => (Array.isArray(value) ? "an array" : typeof value);

/** A point `[time, value]`: elements of different meaning. */
const isTuple = (array) => array.length === 2 && typeof array[0] === "number" && typeof array[1] !== "number";

/** One value with everything any of the elements has. */
function union(elements) {
  const first = elements.find((element) => element !== null);
  if (Array.isArray(first)) return elements.find((element) => element?.every?.((value) => value !== null)) ?? first;
  if (typeof first !== "object") return first;
  const merged = {};
  for (const element of elements) {
    for (const [key, value] of Object.entries(element ?? {})) merged[key] = merged[key] ?? value;
  }
  return merged;
}
