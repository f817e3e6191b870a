import { describe, expect, it } from 'vitest'
import { questionOf } from '../../../../../src/core/ssh/askpass-question.ts'
import { lastWords, reasonOfWords, throughCommand } from '../../../../../src/core/ssh/system-command.ts'

describe('what ssh says when it ends', () => {
  it.each([
    ['alice@head: Permission denied (publickey,password).', 'authentication'],
    ['Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures', 'authentication'],
    ['Warning: Identity file /x not accessible: No such file.\nalice@head: Permission denied (publickey).', 'identity'],
    ['Host key verification failed.', 'key-declined'],
    ['@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.', 'key-changed'],
    ['@ WARNING: REVOKED HOST KEY DETECTED! @\nHost key verification failed.', 'key-revoked'],
    ['ssh: Could not resolve hostname head: Name or service not known', 'unknown-host'],
    ['ssh: connect to host head port 22: Connection refused', 'refused'],
    ['ssh: connect to host head port 22: Connection timed out', 'timed-out'],
    ['ssh: connect to host head port 22: No route to host', 'unreachable'],
    [
      'Unable to negotiate with 10.0.0.1 port 22: no matching host key type found. Their offer: ssh-rsa',
      'no-common-algorithm',
    ],
    [
      '/home/a/.ssh/config: line 2: Bad configuration option: bogus\n/home/a/.ssh/config: terminating, 1 bad configuration options',
      'config',
    ],
    ['Bad owner or permissions on /home/a/.ssh/config', 'config'],
    ['Connection closed by 10.0.0.1 port 22', 'closed'],
    ['', 'closed'],
  ])('%s', (text, reason) => {
    expect(reasonOfWords(text)).toBe(reason)
  })

  it('is not what a banner says', () => {
    const banner = 'Sessions are timed out after 30 min.\nConnection refused to strangers.\n'
    expect(reasonOfWords(`${banner}alice@head: Permission denied (publickey).`)).toBe('authentication')
    expect(lastWords(`${'x'.repeat(500)}\nthe end`)).toMatch(/^….*the end$/)
  })
})

describe('what ssh asks', () => {
  const hostKey = `The authenticity of host '[head]:2222 ([10.0.0.1]:2222)' can't be established.
ED25519 key fingerprint is SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU.
This key is not known by any other names.
Are you sure you want to continue connecting (yes/no/[fingerprint])? `

  it('is a host key, a password, a passphrase, or the server’s own', () => {
    expect(questionOf(hostKey, '', [])).toEqual({
      host: 'head:2222',
      ask: {
        kind: 'host-key',
        key: { type: 'ssh-ed25519', fingerprint: 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU' },
      },
      yes: 'yes',
    })
    const password = "alice@head's password: "
    expect(questionOf(password, '', []).ask).toEqual({ kind: 'password', again: false, canKeep: false })
    expect(questionOf(password, '', [password])).toMatchObject({ host: 'alice@head', ask: { again: true } })
    expect(questionOf("Enter passphrase for key '/home/a/.ssh/id_rsa': ", '', []).ask).toEqual({
      kind: 'passphrase',
      file: '/home/a/.ssh/id_rsa',
      again: false,
      canKeep: false,
    })
    expect(questionOf('(alice@head) Verification code: ', '', [])).toEqual({
      host: 'alice@head',
      ask: { kind: 'prompts', name: '', instruction: '', prompts: [{ text: 'Verification code: ', echo: false }] },
      yes: '',
    })
  })

  it('is shown as it is where it is nothing known, and a server cannot pass for ssh', () => {
    expect(questionOf('Enter PIN for ED25519-SK key /x: ', '', []).ask).toMatchObject({ kind: 'prompts' })
    expect(questionOf('Allow use of key /x?', 'confirm', []).ask).toMatchObject({
      kind: 'prompts',
      instruction: 'Allow use of key /x?',
    })
    expect(questionOf("(alice@evil) Enter passphrase for key '/home/a/.ssh/id_rsa': ", '', []).ask.kind).toBe('prompts')
  })
})

describe('the way through a connection', () => {
  it('is one command line for any shell, whatever the folder is called', () => {
    expect(throughCommand("/tmp/a b'c%d/mux", 'login1')).toBe(
      String.raw`ssh -o 'ControlPath="/tmp/a b'\''c%%%%d/mux"' -o 'ControlMaster=no' -o 'ProxyCommand=false' -o 'BatchMode=yes' -W '[%h]:%p' -- 'login1'`,
    )
  })
})
