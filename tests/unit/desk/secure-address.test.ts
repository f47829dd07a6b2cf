import { expect, it } from 'vitest';
import { insecureAddress } from '../../../electron/desk/session/secure-address.ts';

it.each([
  ['http://centre.bank.example:4170', 'tls-required'], ['http://10.0.0.5', 'tls-required'], ['http://127.0.0.1.evil.example', 'tls-required'], ['http://localhost.evil.example', 'tls-required'],
  ['https://centre.bank.example', null], ['http://127.0.0.1:4170', null], ['http://localhost:4170', null], ['http://[::1]:4170', null],
])('[PR9] nothing is sent unencrypted beyond this machine: %s', (address, code) => {
  expect(insecureAddress(address)?.refusal.code ?? null).toBe(code);
});
