import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import 'element-plus/dist/index.css'
import './styles/tokens.css'
import './styles/base.css'
import { queryClient } from './api/queries'
import App from './App.vue'
import { router } from './router'

createApp(App).use(VueQueryPlugin, { queryClient }).use(router).mount('#app')
