// Run by Electron itself: starts, becomes ready, ends. Exit code 0 means that a window can be opened.
import { app } from 'electron'

app.enableSandbox()
await app.whenReady()
app.exit(0)
