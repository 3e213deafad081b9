/** One step of wx.createAnimation(): what changes, and how long it takes. */
export interface Step {
  duration: number
  timingFunction: string
  delay: number
  transformOrigin: string
  transforms: string[]
  styles: Record<string, string>
}

/** Plays the steps one after the other; what a step has set stays. */
export function playSteps({ style }: HTMLElement, steps: Step[]) {
  let wait = 0
  for (const { duration, timingFunction, delay, transformOrigin, transforms, styles } of steps) {
    setTimeout(() => {
      style.transition = `all ${duration}ms ${timingFunction} ${delay}ms`
      style.transformOrigin = transformOrigin
      if (transforms.length > 0) style.transform = transforms.join(' ')
      Object.assign(style, styles)
    }, wait)
    wait += duration + delay
  }
}
