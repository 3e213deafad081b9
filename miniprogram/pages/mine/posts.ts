import { type Me, POST_WORDS, postInWords } from '../../contract'

/** 七年级2班 班主任; held for a colleague: 七年级2班 班主任（代李文） */
export const postsOf = (me: Me) =>
  me.posts.map(
    (it) =>
      `${it.unitName} ${it.deputyFor ? `${POST_WORDS[it.post]}（代${it.deputyFor}）` : postInWords(it)}`,
  )
