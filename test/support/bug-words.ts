/** What a program writes that took one value for another; in a cursor or a token such letters mean nothing. */
export const BUG_WORDS =
  /internal_error|(?<!\w)(?:undefined|NaN|Infinity)(?![\w-])|Invalid Date|\[object |Cannot read/;
