import { defineMessages } from '../ui/text.ts'

/** Why a site could not be reached, by reason: what happened, and the next step. */
export const connectionErrorMessages = defineMessages('connection-errors', {
  'ssh.unknown-host': { en: 'There is no machine called {{host}}.', ko: '{{host}}(이)라는 컴퓨터를 찾을 수 없습니다.' },
  'ssh.unknown-host.next': {
    en: 'Check the spelling; names inside a company often need its VPN.',
    ko: '철자를 확인하세요. 사내 이름은 VPN에 연결해야 찾을 수 있는 경우가 많습니다.',
  },
  'ssh.refused': {
    en: '{{host}} is there, but accepts no SSH on this port.',
    ko: '{{host}}에 도달했지만 이 포트에서 SSH를 받지 않습니다.',
  },
  'ssh.refused.next': {
    en: 'Check the port; the site may use another one than 22.',
    ko: '포트를 확인하세요. 22번이 아닌 포트를 쓰는 사이트일 수 있습니다.',
  },
  'ssh.timed-out': { en: '{{host}} did not answer in time.', ko: '{{host}}이(가) 제때 응답하지 않았습니다.' },
  'ssh.timed-out.next': {
    en: 'Check the network or the VPN. A firewall that drops packets looks the same.',
    ko: '네트워크나 VPN을 확인하세요. 방화벽이 막고 있을 때도 이렇게 보입니다.',
  },
  'ssh.unreachable': {
    en: 'There is no way to {{host}} from this network.',
    ko: '이 네트워크에서는 {{host}}에 갈 수 없습니다.',
  },
  'ssh.unreachable.next': {
    en: 'Connect to the site’s network or its VPN, or name a jump host under “Advanced”.',
    ko: '사이트의 네트워크나 VPN에 연결하거나, “고급”에서 경유 호스트를 지정하세요.',
  },
  'ssh.not-ssh': {
    en: 'What answers at {{host}} does not speak SSH.',
    ko: '{{host}}에서 응답하는 것은 SSH 서버가 아닙니다.',
  },
  'ssh.not-ssh.next': {
    en: 'Check the port. The address of a Headway server begins with https://.',
    ko: '포트를 확인하세요. Headway 서버의 주소는 https://로 시작합니다.',
  },
  'ssh.no-common-algorithm': {
    en: '{{host}} offers no encryption that Headway accepts.',
    ko: '{{host}}에는 Headway가 받아들이는 암호 방식이 없습니다.',
  },
  'ssh.no-common-algorithm.next': {
    en: 'Choose the system’s SSH program under “Advanced”, or ask the administrator to update the server.',
    ko: '“고급”에서 시스템의 SSH 프로그램을 선택하거나, 관리자에게 서버 업데이트를 요청하세요.',
  },
  'ssh.key-declined': {
    en: 'The host key of {{host}} was not accepted.',
    ko: '{{host}}의 호스트 키를 받아들이지 않았습니다.',
  },
  'ssh.key-declined.next': {
    en: 'Compare it with what the administrator publishes, then connect again.',
    ko: '관리자가 알린 값과 비교한 뒤 다시 연결하세요.',
  },
  'ssh.key-changed': {
    en: 'The host key of {{host}} is not the one that is known. Nothing was sent.',
    ko: '{{host}}의 호스트 키가 알려진 것과 다릅니다. 아무것도 보내지 않았습니다.',
  },
  'ssh.key-changed.next': {
    en: 'Ask the administrator whether the machine was installed anew before you go on.',
    ko: '계속하기 전에 컴퓨터를 새로 설치했는지 관리자에게 확인하세요.',
  },
  'ssh.key-revoked': {
    en: 'The host key of {{host}} is marked as revoked.',
    ko: '{{host}}의 호스트 키는 폐기된 것으로 표시되어 있습니다.',
  },
  'ssh.key-revoked.next': {
    en: 'Do not connect. Tell the administrator.',
    ko: '연결하지 마세요. 관리자에게 알리세요.',
  },
  'ssh.certificate-authority': {
    en: '{{host}} shows a certificate, which Headway’s own SSH cannot check.',
    ko: '{{host}}이(가) 인증서를 제시했지만 Headway의 내장 SSH로는 확인할 수 없습니다.',
  },
  'ssh.certificate-authority.next': {
    en: 'Choose the system’s SSH program under “Advanced”.',
    ko: '“고급”에서 시스템의 SSH 프로그램을 선택하세요.',
  },
  'ssh.question': {
    en: '{{host}} asks for a password or a code.',
    ko: '{{host}}에서 비밀번호나 인증 코드를 묻습니다.',
  },
  'ssh.question.next': { en: 'Connect to answer it.', ko: '연결한 뒤 응답하세요.' },
  'ssh.authentication': {
    en: '{{host}} did not accept the sign-in.',
    ko: '{{host}}이(가) 로그인을 받아들이지 않았습니다.',
  },
  'ssh.authentication.next': {
    en: 'Check the user name and the key, then connect again; a used one-time code does not work twice.',
    ko: '사용자 이름과 키를 확인한 뒤 다시 연결하세요. 한 번 쓴 일회용 코드는 다시 쓸 수 없습니다.',
  },
  'ssh.identity': {
    en: 'A private key for {{host}} cannot be used.',
    ko: '{{host}}에 쓸 개인 키를 사용할 수 없습니다.',
  },
  'ssh.identity.next': {
    en: 'Check the file and who may read it, or choose another one under “Advanced”.',
    ko: '파일과 읽기 권한을 확인하거나, “고급”에서 다른 키를 선택하세요.',
  },
  'ssh.closed': { en: 'The connection to {{host}} was closed.', ko: '{{host}}와(과)의 연결이 끊어졌습니다.' },
  'ssh.closed.next': {
    en: 'Connect again. If it closes each time, show the details to the administrator.',
    ko: '다시 연결하세요. 매번 끊어지면 자세한 내용을 관리자에게 보여 주세요.',
  },
  'ssh.one-session': {
    en: '{{host}} allows one thing at a time on a connection.',
    ko: '{{host}}은(는) 한 연결에서 한 번에 하나만 허용합니다.',
  },
  'ssh.one-session.next': {
    en: 'Close terminals that are open, or ask the administrator to raise MaxSessions.',
    ko: '열린 터미널을 닫거나, 관리자에게 MaxSessions를 늘려 달라고 요청하세요.',
  },
  'ssh.forwarding-forbidden': {
    en: '{{host}} forbids forwarding.',
    ko: '{{host}}에서는 포워딩이 금지되어 있습니다.',
  },
  'ssh.forwarding-forbidden.next': {
    en: 'Choose “Through one channel” for streams under “Advanced”.',
    ko: '“고급”의 스트림에서 “하나의 채널로”를 선택하세요.',
  },
  'ssh.config': {
    en: 'The SSH configuration for {{host}} cannot be used.',
    ko: '{{host}}에 대한 SSH 설정을 사용할 수 없습니다.',
  },
  'ssh.config.next': {
    en: 'Correct ~/.ssh/config, or choose the system’s SSH program under “Advanced”.',
    ko: '~/.ssh/config를 고치거나, “고급”에서 시스템의 SSH 프로그램을 선택하세요.',
  },
  'ssh.no-program': {
    en: 'The system’s SSH program is not there or does not start.',
    ko: '시스템의 SSH 프로그램이 없거나 시작되지 않습니다.',
  },
  'ssh.no-program.next': {
    en: 'Install OpenSSH, or choose Headway’s own SSH under “Advanced”.',
    ko: 'OpenSSH를 설치하거나, “고급”에서 Headway의 내장 SSH를 선택하세요.',
  },
  'tls.self-signed': {
    en: 'The certificate of {{host}} is signed by nobody but itself.',
    ko: '{{host}}의 인증서는 자체 서명된 것입니다.',
  },
  'tls.self-signed.next': {
    en: 'Ask the administrator for its CA file or its pin, and give it under “Advanced”.',
    ko: '관리자에게 CA 파일이나 핀을 받아 “고급”에 입력하세요.',
  },
  'tls.unknown-authority': {
    en: 'The certificate of {{host}} is signed by an authority that this computer does not know.',
    ko: '{{host}}의 인증서를 서명한 기관을 이 컴퓨터가 알지 못합니다.',
  },
  'tls.unknown-authority.next': {
    en: 'Give the CA file of your company under “Advanced”.',
    ko: '“고급”에서 회사의 CA 파일을 지정하세요.',
  },
  'tls.expired': { en: 'The certificate of {{host}} has expired.', ko: '{{host}}의 인증서가 만료되었습니다.' },
  'tls.expired.next': {
    en: 'Tell the administrator; check the clock of this computer too.',
    ko: '관리자에게 알리고, 이 컴퓨터의 시계도 확인하세요.',
  },
  'tls.not-yet-valid': {
    en: 'The certificate of {{host}} is not valid yet.',
    ko: '{{host}}의 인증서는 아직 유효하지 않습니다.',
  },
  'tls.not-yet-valid.next': {
    en: 'Check the clock of this computer.',
    ko: '이 컴퓨터의 시계를 확인하세요.',
  },
  'tls.wrong-name': {
    en: 'The certificate of {{host}} is for another name.',
    ko: '{{host}}의 인증서는 다른 이름에 대한 것입니다.',
  },
  'tls.wrong-name.next': {
    en: 'Use the name the certificate is for; the administrator knows it.',
    ko: '인증서에 있는 이름을 사용하세요. 관리자가 알고 있습니다.',
  },
  'tls.pin': {
    en: 'The key of {{host}} is not the one that was pinned. Nothing was sent.',
    ko: '{{host}}의 키가 고정해 둔 것과 다릅니다. 아무것도 보내지 않았습니다.',
  },
  'tls.pin.next': {
    en: 'Ask the administrator whether the key was changed before you replace the pin.',
    ko: '핀을 바꾸기 전에 키가 변경되었는지 관리자에게 확인하세요.',
  },
  'tls.protocol': {
    en: '{{host}} and Headway share no version of TLS.',
    ko: '{{host}}와(과) Headway가 함께 쓸 수 있는 TLS 버전이 없습니다.',
  },
  'tls.protocol.next': {
    en: 'Check the port; the server needs TLS 1.2 or newer.',
    ko: '포트를 확인하세요. 서버는 TLS 1.2 이상을 지원해야 합니다.',
  },
  'tls.ca-file': {
    en: 'The CA file for {{host}} cannot be read, or holds no certificate.',
    ko: '{{host}}에 쓸 CA 파일을 읽을 수 없거나 인증서가 들어 있지 않습니다.',
  },
  'tls.ca-file.next': {
    en: 'Give a PEM file of this computer under “Advanced”.',
    ko: '“고급”에서 이 컴퓨터의 PEM 파일을 지정하세요.',
  },
  'tls.other': {
    en: 'The encryption of {{host}} could not be set up.',
    ko: '{{host}}와(과) 암호화된 연결을 맺을 수 없습니다.',
  },
  'tls.other.next': {
    en: 'Show the details to the administrator.',
    ko: '자세한 내용을 관리자에게 보여 주세요.',
  },
  'proxy.refused': {
    en: 'The proxy {{proxy}} refused the connection.',
    ko: '프록시 {{proxy}}이(가) 연결을 거부했습니다.',
  },
  'proxy.refused.next': {
    en: 'Ask whoever runs it to let this address through, or choose “None” under “Advanced”.',
    ko: '프록시 관리자에게 이 주소를 허용해 달라고 요청하거나, “고급”에서 “사용 안 함”을 선택하세요.',
  },
  'proxy.unreachable': {
    en: 'The proxy {{proxy}} does not answer.',
    ko: '프록시 {{proxy}}이(가) 응답하지 않습니다.',
  },
  'proxy.unreachable.next': {
    en: 'Check its address, or choose “None” under “Advanced”.',
    ko: '주소를 확인하거나, “고급”에서 “사용 안 함”을 선택하세요.',
  },
  'proxy.authentication': {
    en: 'The proxy {{proxy}} wants a name and password.',
    ko: '프록시 {{proxy}}이(가) 이름과 비밀번호를 요구합니다.',
  },
  'proxy.authentication.next': {
    en: 'Sign in to it as your company asks, or use another proxy under “Advanced”.',
    ko: '회사에서 정한 방법으로 프록시에 로그인하거나, “고급”에서 다른 프록시를 지정하세요.',
  },
  'proxy.pac': {
    en: 'The proxy configuration {{proxy}} cannot be used.',
    ko: '프록시 구성 {{proxy}}을(를) 사용할 수 없습니다.',
  },
  'proxy.pac.next': {
    en: 'Check the address of the PAC file, or give the proxy itself under “Advanced”.',
    ko: 'PAC 파일의 주소를 확인하거나, “고급”에서 프록시를 직접 지정하세요.',
  },
})
