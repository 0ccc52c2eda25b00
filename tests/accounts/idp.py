"""A country's sign-in provider, small but real: HTTP, authorization code with PKCE, RS256-signed ID tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "lmc", "a shared secret"


class Idp:
    """Say who signs in by ``person``; ``claims`` go into the ID token, ``told`` into the userinfo answer."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signs_with = self.key
        self.person: dict[str, Any] = {}
        self.told: dict[str, Any] = {}
        self.audience = CLIENT
        self.expires_in = 300
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: set[str] = set()
        self.asked: list[dict[str, str]] = []
        idp = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                idp.get(self)

            def do_POST(self) -> None:
                idp.post(self)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def get(self, call: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(call.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            found = {f"{name}_endpoint": f"{self.url}/{path}" for name, path in names.items()}
            answer(call, 200, {"issuer": self.url, "jwks_uri": f"{self.url}/jwks", **found})
        elif parts.path == "/jwks":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            answer(call, 200, {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]})
        elif parts.path == "/authorize":
            self.asked.append(query)
            code = secrets.token_urlsafe(16)
            self.codes[code] = query
            call.send_response(302)
            back = {"code": code, "state": query["state"]}
            call.send_header("Location", f"{query['redirect_uri']}?{urlencode(back)}")
            call.end_headers()
        elif (
            parts.path == "/userinfo"
            and call.headers.get("Authorization", "").removeprefix("Bearer ") in self.tokens
        ):
            answer(call, 200, self.told)
        else:
            answer(call, 401, {"error": "invalid_token"})

    def post(self, call: BaseHTTPRequestHandler) -> None:
        sent = call.rfile.read(int(call.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(sent).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if (
            asked is None
            or (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET)
            or asked["redirect_uri"] != form["redirect_uri"]
            or asked.get("code_challenge") != challenge
        ):
            answer(call, 400, {"error": "invalid_grant"})
            return
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": self.audience,
            "iat": now,
            "exp": now + self.expires_in,
            **self.person,
        }
        signed = jwt.encode(claims, self.signs_with, algorithm="RS256", headers={"kid": "one"})
        answer(call, 200, {"access_token": token, "token_type": "Bearer", "id_token": signed})


def answer(call: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
    content = json.dumps(body).encode()
    call.send_response(status)
    call.send_header("Content-Type", "application/json")
    call.send_header("Content-Length", str(len(content)))
    call.end_headers()
    call.wfile.write(content)
