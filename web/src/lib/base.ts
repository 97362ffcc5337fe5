/** The path below which the dashboard stands, without a slash at the end: the server tells it. */
export const base = (document.documentElement.dataset.base ?? '/ui').replace(/\/$/, '');
