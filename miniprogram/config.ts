declare const __ORIGIN__: string

/** Where the server stands, given at build time (`MP_ORIGIN`); empty in the browser preview, which shares its port. */
export const origin: string = __ORIGIN__
