import type { Todo } from '../../contract'
import { due, nearMoment, type Due } from '../../services/format'
import { go } from '../../services/navigate'

const ICONS: Record<Todo['kind'], string> = {
  letter: 'mail',
  course: 'play-circle-stroke',
  exam: 'edit-1',
  call: 'call',
  match: 'user-checked',
  join: 'usergroup-add',
  certificate: 'certificate',
  survey: 'questionnaire',
  live: 'video',
  reply: 'chat',
  other: 'task',
}

/** One thing to do: what, where, until when. The whole card is the button. */
Component({
  properties: {
    todo: { type: Object, value: null as unknown as Todo },
    /** Whose child's errand it is; given only when there are several. */
    child: { type: String, value: '' },
  },
  data: { icon: '', when: null as Due | null },
  observers: {
    todo(todo: Todo | null) {
      if (!todo) return
      this.setData({ icon: ICONS[todo.kind], when: whenOf(todo) })
    },
  },
  methods: {
    onOpen() {
      go(this.data.todo.page)
    },
  },
})

function whenOf(todo: Todo): Due | null {
  if (todo.startsAt) return { text: nearMoment(todo.startsAt), tone: todo.isUrgent ? 'soon' : 'calm' }
  return todo.dueOn ? due(todo.dueOn) : null
}
