import { clientLimitSettings } from './client-limit-settings';
import { readSettings } from './settings';

const read = (env: Record<string, string>) => readSettings(clientLimitSettings, env);

describe('clientLimitSettings', () => {
  it('takes networks and single addresses of proxies', () => {
    expect(read({ TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7,fd00::/8' }).trustedProxies).toEqual([
      { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
      { address: '192.0.2.7', prefix: 32, family: 'ipv4' },
      { address: 'fd00::', prefix: 8, family: 'ipv6' },
    ]);
  });

  it.each(['10.0.0.0/33', '10.0.0/8', 'fd00::/129', 'proxy.example', '10.0.0.0/8/8', '10.0.0.0/', '*'])('refuses the proxy %s', (proxy) => {
    expect(() => read({ TRUSTED_PROXIES: proxy })).toThrow(/TRUSTED_PROXIES: must be addresses or networks/);
  });

  it('takes origins as browsers write them', () => {
    expect(read({ ALLOWED_ORIGINS: 'https://App.example,http://localhost:8080' }).allowedOrigins).toEqual([
      'https://app.example',
      'http://localhost:8080',
    ]);
  });

  it.each(['app.example', 'https://app.example/', 'https://app.example/path', 'https://app.example:443', '*'])(
    'refuses %s, which no browser names as its origin',
    (origin) => {
      expect(() => read({ ALLOWED_ORIGINS: origin })).toThrow(/ALLOWED_ORIGINS: must be origins/);
    },
  );
});
