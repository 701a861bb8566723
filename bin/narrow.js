/**
 * Texts of characters of one column each that never join: Latin, the punctuation, arrows and frames of the screens. As a
 * regular expression of ES2024 without its slashes. test/unit/narrow.test.ts compares it with string-width.
 */
export const NARROW =
  '^[\\u0020-\\u007e\\u00a0-\\u00ac\\u00ae-\\u02ff\\u2010-\\u2027\\u2030-\\u205e\\u2190-\\u21ff\\u2500-\\u25fc\\u2713-\\u2718\\u276f]*$'
