import { screen } from '../screen.ts'

/** Text from a page never becomes HTML. */
export function element(tag: string, className: string, ...children: (Node | string)[]) {
  const made = document.createElement(tag)
  if (className) made.className = className
  made.append(...children)
  return made
}

export function button(text: string, press: () => void, className = '') {
  const made = element('button', className, text)
  made.addEventListener('click', press)
  return made
}

/** Something that lies over the whole screen until it is answered. */
export function ask<T>(build: (answer: (value: T) => void) => HTMLElement, whenDismissed?: T) {
  return new Promise<T>((resolve) => {
    const mask = element('div', 'mp-mask')
    const answer = (value: T) => {
      mask.remove()
      resolve(value)
    }
    mask.append(build(answer))
    if (whenDismissed !== undefined) {
      mask.addEventListener('click', ({ target }) => target === mask && answer(whenDismissed))
    }
    screen.append(mask)
  })
}
