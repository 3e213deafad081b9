/** The product's name, as the window title, the sign-in page and the navigation show it. */
export const PRODUCT = '家长学校'
