/** Whose phone this is: `?as=NAME` in the address. */
export const identity = new URLSearchParams(location.search).get('as') ?? ''

/** True when the phone stands in the frame of the desktop page. */
export const isFramed = window.parent !== window
