"""A scripted OpenAI-compatible server on loopback: answers each role as a careful teacher would, as slowly as asked."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.loopback import running


class ChatServer(ThreadingHTTPServer):
    """Counts what it is asked; `latency_s` is the pause before each answer, `failing` answers 503 instead."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, latency_s: float = 0.0, handler: "type[Handler] | None" = None) -> None:
        super().__init__(("127.0.0.1", 0), handler or Handler)
        self.latency_s = latency_s
        self.failing = False
        self.requests = 0
        self.lock = threading.Lock()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away in mid-answer is part of the tests."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


@contextmanager
def chat_server(latency_s: float = 0.0, handler: "type[Handler] | None" = None) -> Iterator[ChatServer]:
    """A server that runs inside the block; handler: one that answers otherwise."""
    with running(ChatServer(latency_s, handler)) as server:
        yield server


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ChatServer

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self._send({"object": "list", "data": [{"id": "scripted", "object": "model"}]})

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.requests += 1
        time.sleep(self.server.latency_s)
        if self.server.failing:
            self._send({"error": {"message": "overloaded"}}, status=503)
            return
        text = _answer(request["messages"])
        if request.get("stream"):
            self._stream(text)
        else:
            choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
            self._send({"id": "x", "model": "scripted", "choices": [choice], "usage": _usage(text)})

    def _send(self, body: dict[str, Any], status: int = 200) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def _stream(self, text: str) -> None:
        self.begin_stream()
        for piece in re.findall(r".{1,40}", text, re.DOTALL):
            self._event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": _usage(text)})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, body: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps({'id': 'x', 'model': 'scripted', **body})}\n\n".encode())


def _usage(text: str) -> dict[str, int]:
    return {"prompt_tokens": 100, "completion_tokens": len(text) // 4, "total_tokens": 100 + len(text) // 4}


ASPECTS = ("relevance", "completeness", "clarity", "instruction", "tone")


def _answer(messages: list[dict[str, str]]) -> str:
    """What the role at the end of the message asks for; a sentence stands if the evidence has its words."""
    asked = next(m["content"] for m in messages if m["role"] == "user")
    evidence = dict(
        re.findall(r"^\[(\w+)\] [^\n]*\n(.+?)(?=\n\n\[\w+\] |\Z)", _fenced(asked, "EVIDENCE"), re.MULTILINE | re.DOTALL)
    )
    candidate, question = _fenced(asked, "CANDIDATE"), _fenced(asked, "QUESTION")
    if "TASK: check" in asked:
        return json.dumps({"claims": [_claim(sentence, evidence) for sentence in _sentences(candidate)]})
    if "TASK: judge" in asked:
        aspects = [{"name": name, "why": "It does.", "score": 5} for name in ASPECTS]
        return json.dumps({"aspects": aspects, "issues": [], "refusal": False})
    if "TASK: revise" in asked:
        kept = [s for s in _sentences(candidate) if _claim(s, evidence)["verdict"] == "SUPPORTED"]
        return f"<<<ANSWER\n{' '.join(kept) or _best(evidence, question)}\nANSWER>>>\n" + json.dumps(
            {"applied": [], "not_applied": []}
        )
    return _best(evidence, question)


def _fenced(text: str, name: str) -> str:
    found = re.search(rf"=== BEGIN {name} (\w+) ===\n(.*?)\n=== END {name} \1 ===", text, re.DOTALL)
    return found.group(2) if found else ""


def _sentences(text: str) -> list[str]:
    return [s.strip() for s in re.split(r"(?<=[.!?])\s+", re.sub(r"\s*\[\w+\]", "", text)) if s.strip()]


def _claim(sentence: str, evidence: dict[str, str]) -> dict[str, Any]:
    words = sentence.rstrip(".")
    for label, passage in evidence.items():
        if words in passage:
            quote = {"chunk": label, "text": words}
            return {"text": sentence, "kind": "fact", "quotes": [quote], "why": "It says so.", "verdict": "SUPPORTED"}
    return {"text": sentence, "kind": "fact", "quotes": [], "why": "No passage says it.", "verdict": "NOT_FOUND"}


def _best(evidence: dict[str, str], question: str) -> str:
    """The sentence that shares most words with the question, cited."""
    wanted = set(re.findall(r"\w+", question.lower()))
    found = [
        (label, s) for label, passage in evidence.items() for line in passage.splitlines() for s in _sentences(line)
    ]
    label, sentence = max(found, key=lambda pair: len(wanted & set(re.findall(r"\w+", pair[1].lower()))))
    return f"{sentence.rstrip('.')} [{label}]."
