import { app, Menu, Tray, nativeImage, type MenuItemConstructorOptions } from 'electron'

/** The system's own commands (edit, view, window); everything of ours is in the window. */
export function setMenu(system: NodeJS.Platform = process.platform): void {
  const template: MenuItemConstructorOptions[] = [
    ...(system === 'darwin' ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
    { role: 'fileMenu' },
    { role: 'editMenu' },
    {
      role: 'viewMenu',
      submenu: [
        { role: 'reload' },
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } satisfies MenuItemConstructorOptions]),
      ],
    },
    { role: 'windowMenu' },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}

/** An icon that brings the window back; undefined where the desktop has no place for one. */
export function createTray(icon: string, show: () => void): Tray | undefined {
  const image = nativeImage.createFromPath(icon)
  if (image.isEmpty()) return undefined
  try {
    const tray = new Tray(image.resize({ width: 16, height: 16 }))
    tray.setToolTip(app.getName())
    tray.on('click', show)
    tray.setContextMenu(
      Menu.buildFromTemplate([{ label: app.getName(), click: show }, { type: 'separator' }, { role: 'quit' }]),
    )
    return tray
  } catch {
    return undefined
  }
}
