/** The dashboard's base path; everything else on the port belongs to the contracts. */
export const uiBase = '/ui';
