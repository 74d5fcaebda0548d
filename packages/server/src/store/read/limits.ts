/** Series in an answer (QRY-23). */
export const MAX_SERIES = 1_000;

/** Points of one series in an answer (QRY-23). */
export const MAX_POINTS = 11_000;

/** Buckets of an answer unless it asks for another number (QRY-18). */
export const DEFAULT_BUCKETS = 50;

/** The most buckets an answer may ask for (QRY-18). */
export const MAX_BUCKETS = 200;
