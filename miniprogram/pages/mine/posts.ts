import type { Me, MyPost } from '../../contract'

const POSTS: Record<MyPost['post'], string> = {
  city_admin: '市级管理员',
  district_admin: '区县管理员',
  school_admin: '学校管理员',
  grade_head: '年级组长',
  class_teacher: '班主任',
  teacher: '任课老师',
}

/** 七年级2班 班主任 */
export const postsOf = (me: Me) => me.posts.map((it) => `${it.unitName} ${POSTS[it.post]}`)
