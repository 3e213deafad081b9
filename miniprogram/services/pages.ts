/** Where the pages are that others lead to. A page moves by changing this line and app.json. */
export const pages = {
  home: '/pages/home/home',
  mine: '/pages/mine/mine',
  welcome: '/packages/account/welcome/welcome',
  match: '/packages/account/match/match',
  join: '/packages/account/join/join',
  joins: '/packages/account/joins/joins',
  devices: '/packages/account/devices/devices',
  messages: '/packages/account/messages/messages',
  reminders: '/packages/account/reminders/reminders',
  privacy: '/packages/account/privacy/privacy',
  teacherClass: '/packages/teacher/class/class',
  teacherJoins: '/packages/teacher/joins/joins',
  teacherNotice: '/packages/teacher/notice/notice',
  teacherLetter: '/packages/teacher/letter/letter',
  teacherSlots: '/packages/teacher/slots/slots',
  certificates: '/packages/course/certificates/certificates',
} as const
