import { once } from 'node:events';
import { type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { closeApp } from './close-app';

@Module({})
class EmptyModule {}

describe('closeApp', () => {
  it.each([
    ['sends nothing', ''],
    ['stops in the middle of a head', 'GET / HTTP/1.1\r\nHost'],
    ['stops in the middle of a body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12'],
  ])('does not wait for ever for a client that %s', async (_, bytes) => {
    const module = await Test.createTestingModule({ imports: [EmptyModule] }).compile();
    const app = module.createNestApplication(new FastifyAdapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    const socket = connect({ port, host: '127.0.0.1' });
    const closed = once(socket, 'close');
    socket.on('error', () => undefined).resume();
    await once(socket, 'connect');
    if (bytes !== '') socket.write(bytes);
    await closeApp(app, 100);
    await closed;
    expect(socket.destroyed).toBe(true);
  });
});
