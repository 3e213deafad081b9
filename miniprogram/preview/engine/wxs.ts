/** WXS is nearly JavaScript. What differs: types are names, and two constructors are functions. */
export function installWxs() {
  // The compiler writes `x.constructor` as `x.__wxsType`; without it TDesign takes every object for an array.
  Object.defineProperty(Object.prototype, '__wxsType', {
    get(this: unknown) {
      return Object.prototype.toString.call(this).slice(8, -1)
    },
    // An object that comes from outside may carry the name as data.
    set(this: object, value: unknown) {
      Object.defineProperty(this, '__wxsType', {
        value,
        writable: true,
        configurable: true,
        enumerable: true,
      })
    },
  })
  Object.assign(globalThis, {
    getRegExp: (pattern: string, flags?: string) => new RegExp(pattern, flags),
    getDate: (...args: []) => new Date(...args),
  })
}
