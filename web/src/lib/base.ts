/** The base path of the dashboard as the server gives it, without a slash at its end. */
export const base = (document.documentElement.dataset.base ?? '/ui').replace(/\/$/, '');

/** Where the server is below its host: empty, or a path like `/paddles`. */
export const root = base.replace(/\/ui$/, '');
