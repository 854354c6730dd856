#!/usr/bin/env python3
"""A bot for Baton in one file, with nothing but Python and a token.

It follows the feed, greets, answers one question, and hands the conversation to people when it is asked to. It needs no
address of its own. Make a bot of the kind "Program with a token" (`api`), give it a channel, make a token for it, and run

    BATON_URL=http://127.0.0.1:3000 BATON_TOKEN=baton_test_... python3 bot.py

What it says is said once, however often an event comes: the event's id is the key of the answer.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

DESK = os.environ.get("BATON_URL", "http://127.0.0.1:3000").rstrip("/")
TOKEN = os.environ["BATON_TOKEN"]


def call(method, path, body=None, key=None):
    """One call of the API. Gives the status and what was answered."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    data = None
    if body is not None:
        headers["Content-Type"] = "application/json"
        data = json.dumps(body).encode()
    if key:
        headers["Idempotency-Key"] = key
    request = urllib.request.Request(f"{DESK}/api/v1{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=40) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read() or b"{}")


def answer(event):
    """Answers what the customer has written."""
    conversation, message = event["conversation"], event["message"]
    # The epoch is the bot's promise to be quiet once somebody else has the conversation.
    at, epoch = f"/conversations/{conversation['id']}", conversation["epoch"]
    words = (message.get("payload") or message.get("text") or "").lower()
    if words == "human" or "person" in words:
        packet = {"reason_code": "customer_asked", "summary": "Wants to talk to a person.", "epoch": epoch}
        return call("POST", f"{at}/handoff", packet, event["id"])
    if "open" in words:
        say = {"text": "We are open Monday to Friday, 9 to 5."}
    else:
        buttons = [{"id": "open", "title": "Opening hours"}, {"id": "human", "title": "A person"}]
        say = {"type": "buttons", "text": "Hello! What can I do for you?", "buttons": buttons}
    return call("POST", f"{at}/messages", {**say, "epoch": epoch}, event["id"])


def is_for_me(event):
    """Whether the customer has written something in a conversation that this bot has."""
    return (
        event["type"] == "message_created"
        and event["message"]["author"]["kind"] == "contact"
        and event["conversation"]["owner"]["kind"] == "bot"
    )


def main():
    status, me = call("GET", "/me")
    if status != 200:
        sys.exit(f"the desk does not let me in: {me.get('detail')}")
    print(f"I am {me['acts_as']['name']}", flush=True)
    _, page = call("GET", "/events")
    cursor = page["cursor"]
    while True:
        query = urllib.parse.urlencode({"after": cursor, "wait": 25})
        try:
            status, page = call("GET", f"/events?{query}")
        except (OSError, ValueError):
            status, page = 503, {}
        if status != 200:
            # The desk restarts, or it is too much: come back, with the same cursor.
            time.sleep(1)
            continue
        for event in page["events"]:
            if is_for_me(event):
                status, said = answer(event)
                print(status, said.get("code", "done"), flush=True)
        cursor = page["cursor"]


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
