"""A client of Switchboard's WebSocket, written from the protocol alone.

Prints every message and every gap as a line of JSON, and tells on standard error what the connection does. It resumes where it was: after
a broken connection, and, with --state, after it was itself ended. `python client.py --help` shows the options.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

BACKOFF_BASE_S = 1.0
BACKOFF_CAP_S = 30.0
# A connection that lasted this long was a good one: the next failure is the first again.
STABLE_AFTER_S = 10.0
CONNECT_TIMEOUT_S = 10.0
READY_TIMEOUT_S = 20.0
# How often acknowledgements are sent and positions are written, at most.
ACK_INTERVAL_S = 1.0

POLICY_VIOLATION = 1008
TOKEN_EXPIRED = 4501


class StayAway(Exception):
    """The server does not want this client back as it is; coming back by itself would change nothing."""


class TokenExpired(Exception):
    """The token has to be another one before the next attempt."""


class ComeBack(Exception):
    """This connection is over, and another one is wanted: `wait_s` from now, or after the usual backoff if that is later."""

    def __init__(self, reason: str, wait_s: float = 0.0, is_planned: bool = False):
        super().__init__(reason)
        self.wait_s = wait_s
        # The server has asked for it, and has spread its clients over time itself.
        self.is_planned = is_planned


def may_reconnect(code: int) -> bool:
    """4000-4499, and all that are not the application's, 1006 included: come back. 1008 and 4500-4999: stay away."""
    return code != POLICY_VIOLATION and not 4500 <= code <= 4999


class Backoff:
    """Exponential, with full jitter: a crowd that lost its server does not come back as a crowd."""

    def __init__(self) -> None:
        self.failures = 0

    def next_s(self) -> float:
        bound_s = min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2 ** min(self.failures, 16))
        self.failures += 1
        return random.uniform(0, bound_s)

    def reset(self) -> None:
        self.failures = 0


@dataclass
class Positions:
    """The last seq had of each stream, and the file in which they outlive this process, if there is one."""

    path: Path | None
    of: dict[str, int] = field(default_factory=dict)
    is_saved: bool = True

    @classmethod
    def load(cls, path: Path | None) -> "Positions":
        return cls(path, json.loads(path.read_text()) if path is not None and path.exists() else {})

    def move(self, stream: str, seq: int) -> None:
        self.of[stream] = seq
        self.is_saved = False

    def save(self) -> None:
        """Writes another file and puts it in place, so that a crash leaves the old one or the new one, never half of one."""
        if self.path is None or self.is_saved:
            return
        with tempfile.NamedTemporaryFile("w", dir=self.path.parent, delete=False) as draft:
            json.dump(self.of, draft)
        os.replace(draft.name, self.path)
        self.is_saved = True


class Client:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.positions = Positions.load(options.state)
        self.backoff = Backoff()
        self.expired_token: str | None = None

    async def run(self) -> None:
        """Connects, again and again, until the server wants this client to stay away."""
        while True:
            started_s = time.monotonic()
            wait_s, is_planned = 0.0, False
            try:
                await self.connect_once()
            except TokenExpired:
                log("the token has expired")
            except ComeBack as over:
                log(str(over))
                wait_s, is_planned = over.wait_s, over.is_planned
            if time.monotonic() - started_s >= STABLE_AFTER_S:
                self.backoff.reset()
            if not is_planned:
                wait_s = max(wait_s, self.backoff.next_s())
            log(f"coming back in {wait_s:.1f} s")
            await asyncio.sleep(wait_s)

    async def connect_once(self) -> None:
        token = self.token()
        try:
            # Pings are frames of the protocol here, and messages are small: neither pings nor compression of the WebSocket are needed.
            async with connect(
                self.options.url,
                subprotocols=["switchboard.v1"],
                compression=None,
                ping_interval=None,
                open_timeout=CONNECT_TIMEOUT_S,
                close_timeout=2,
            ) as socket:
                await Session(socket, self.options, self.positions, token).run()
        except InvalidStatus as refused:
            raise outcome_of_refusal(refused) from refused
        except (OSError, TimeoutError, InvalidHandshake) as error:
            raise ComeBack(f"no connection: {error!r}") from error
        except TokenExpired:
            self.expired_token = token
            raise

    def token(self) -> str:
        """From the file, where whoever signs tokens puts a fresh one in time; or the one of the environment, which cannot be renewed."""
        token = self.options.token_file.read_text().strip() if self.options.token_file else os.environ.get("SWITCHBOARD_TOKEN", "")
        if not token:
            raise StayAway("there is no token: set SWITCHBOARD_TOKEN, or use --token-file")
        if token == self.expired_token:
            if self.options.token_file is None:
                raise StayAway("the token has expired")
            raise ComeBack("the file still has the token that has expired")
        return token


class Session:
    """One connection, from its hello to its end."""

    def __init__(self, socket: ClientConnection, options: argparse.Namespace, positions: Positions, token: str) -> None:
        self.socket = socket
        self.options = options
        self.positions = positions
        self.token = token
        self.own_stream = ""
        self.acked = 0
        self.to_ack = 0
        # What the server said last about when to come back.
        self.retry_after_s = 0.0

    async def run(self) -> None:
        """Ends by an exception that says how to go on."""
        keeper: asyncio.Task[None] | None = None
        try:
            silence_s = await self.open()
            keeper = asyncio.create_task(self.keep())
            while True:
                await self.handle(await self.next_frame(silence_s))
        except ConnectionClosed:
            raise self.outcome_of_close() from None
        finally:
            if keeper is not None:
                keeper.cancel()
            await self.acknowledge()
            self.positions.save()

    async def open(self) -> float:
        """Says hello and waits for ready; resolves with how long the server may be silent."""
        hello: dict[str, object] = {"type": "hello", "token": self.token, "resume": self.positions.of}
        if self.options.device:
            hello["device"] = self.options.device
        if self.options.channel:
            hello["channels"] = self.options.channel
        await self.send(hello)
        try:
            async with asyncio.timeout_at(asyncio.get_running_loop().time() + READY_TIMEOUT_S):
                while (frame := await self.receive())["type"] != "ready":
                    await self.handle(frame)
        except TimeoutError:
            raise ComeBack("the server does not answer hello") from None
        self.own_stream = f"user:{frame['user']}"
        for stream, start in frame["streams"].items():
            # Mostly what was asked for. It is less only if the server has lost what came after it, and counts from there again.
            self.positions.move(stream, start["after"])
        log(f"ready on {frame['server']}, connection {frame['connection']}")
        return frame["pingIntervalMs"] / 1_000

    async def next_frame(self, silence_s: float) -> dict:
        """The server pings when nothing comes from us, so a line on which nothing comes for two intervals is dead."""
        try:
            return await asyncio.wait_for(self.receive(), silence_s)
        except TimeoutError:
            await self.send({"type": "ping"})
        try:
            return await asyncio.wait_for(self.receive(), silence_s)
        except TimeoutError:
            raise ComeBack("the server is silent") from None

    async def handle(self, frame: dict) -> None:
        match frame["type"]:
            case "message":
                self.message(frame)
            case "gap":
                self.gap(frame)
            case "ping":
                await self.send({"type": "pong"})
            case "error":
                self.retry_after_s = frame.get("retryAfterMs", 0) / 1_000
                log(f"{frame['code']}: {frame['message']}" + (f" ({frame['stream']})" if "stream" in frame else ""))
            case "goaway":
                raise ComeBack(f"asked to go elsewhere: {frame['reason']}", frame["inMs"] / 1_000, is_planned=True)
            case _:
                pass  # Answers to what this client never asks, and what later versions of the protocol add.

    def message(self, frame: dict) -> None:
        if "seq" in frame:  # A message without is an ephemeral one: it has no place in the stream.
            stream, seq, position = frame["stream"], frame["seq"], self.positions.of.get(frame["stream"])
            if position is not None and seq <= position:
                return  # had already
            if position is not None and frame["after"] != position:
                raise ComeBack(f"{stream} went from {position} to {seq}: something is lost, and comes again after a resume")
            self.positions.move(stream, seq)
            if stream == self.own_stream:
                self.to_ack = seq
        show(frame)

    def gap(self, frame: dict) -> None:
        """These messages will never come; what to do about that is for the application to decide."""
        if frame["through"] <= self.positions.of.get(frame["stream"], -1):
            return
        self.positions.move(frame["stream"], frame["through"])
        show(frame)

    async def keep(self) -> None:
        while True:
            await asyncio.sleep(ACK_INTERVAL_S)
            await self.acknowledge()
            self.positions.save()

    async def acknowledge(self) -> None:
        """Of the user's own stream only; one acknowledgement covers all before it. One that is lost is covered by the next."""
        if self.to_ack <= self.acked:
            return
        self.acked = self.to_ack
        try:
            await self.send({"type": "ack", "streams": {self.own_stream: self.acked}})
        except ConnectionClosed:
            pass  # `run` hears of it, too.

    async def send(self, frame: dict) -> None:
        await self.socket.send(json.dumps(frame, separators=(",", ":")))

    async def receive(self) -> dict:
        return json.loads(await self.socket.recv())

    def outcome_of_close(self) -> Exception:
        code = self.socket.close_code or 1006
        told = f"closed with {code} {self.socket.close_reason or ''}".rstrip()
        if code == TOKEN_EXPIRED:
            return TokenExpired(told)
        return ComeBack(told, self.retry_after_s) if may_reconnect(code) else StayAway(told)


def outcome_of_refusal(refused: InvalidStatus) -> Exception:
    """The answer to an upgrade that did not become a WebSocket."""
    status, headers = refused.response.status_code, refused.response.headers
    if status == 429 or status >= 500:
        retry_after = headers.get("Retry-After", "0")
        return ComeBack(f"refused with HTTP {status}", float(retry_after) if retry_after.isdigit() else 0.0)
    return StayAway(f"refused with HTTP {status}")


def show(frame: dict) -> None:
    print(json.dumps(frame, ensure_ascii=False, separators=(",", ":")), flush=True)


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def options_of(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Prints what Switchboard delivers to a user, a line of JSON each. The token comes from "
                                     "SWITCHBOARD_TOKEN, or from a file.")
    parser.add_argument("--url", default="ws://127.0.0.1:8080/v1/connect")
    parser.add_argument("--token-file", type=Path, help="read before each connection, so that a fresh token can be put there")
    parser.add_argument("--device", help="what the server keeps acknowledgements for")
    parser.add_argument("--channel", action="append", help="to be followed; may be repeated")
    parser.add_argument("--state", type=Path, help="a file for the positions, to resume after this process has ended")
    return parser.parse_args(arguments)


async def main(arguments: list[str]) -> int:
    client = asyncio.create_task(Client(options_of(arguments)).run())
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, client.cancel)
    try:
        await client
    except StayAway as refusal:
        log(f"staying away: {refusal}")
        return 1
    except asyncio.CancelledError:
        log("ended")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
