import { type Me, postInWords } from '../../contract'

/** 七年级2班 班主任（代） */
export const postsOf = (me: Me) => me.posts.map((it) => `${it.unitName} ${postInWords(it)}`)
