/** What a 校验码 is, for whoever meets one. */
export const WHAT_CODES_ARE = '由内容算出的一串字符：改动一个字或一个字节，算出来就不一样'
