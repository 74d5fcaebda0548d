/** Longest string of a label value, name or metadata field, in Unicode code points (W-16, REG-28). */
export const MAX_KEYWORD_LENGTH = 1024;

/** A line of this many bytes or more, newline not counted, is refused by a server (W-13, SRV-24). */
export const MAX_EVENT_SIZE_BYTES = 307_200;

/** Event errors listed in one intake answer; all are counted (SRV-27, W-50). */
export const MAX_LISTED_ERRORS = 5;
