/** Whether a text holds no control characters (C0, DEL, C1): a pattern of SQLite's LIKE ends at NUL, and fits everything then. */
export const printable = /^\P{Cc}*$/u;
