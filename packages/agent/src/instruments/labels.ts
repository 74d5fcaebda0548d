/** What a label may hold; on the wire it is a string (REG-25, REG-26). */
export type LabelValue = string | number | boolean | bigint;

/** Free labels, inherited properties too: null and undefined leave the label out (REG-25). */
export type Labels = { readonly [key: string]: LabelValue | null | undefined };
