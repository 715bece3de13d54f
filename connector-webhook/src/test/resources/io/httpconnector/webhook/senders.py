"""Receiver definitions for services without a preset, and requests as these services document them, signed by Python's standard
library and OpenSSL: python3 senders.py > senders.json"""
import base64, hashlib, hmac, json, os, subprocess, sys, tempfile, urllib.parse

SECRET = "s3cr3t-of-the-sender"
TIME = 1700000000
MILLIS = TIME * 1000
ISO = "2023-11-14T22:13:20Z"
URL = "https://app.example.com/hooks/abc"
JSON = '{"id":"evt_1","type":"paid","amount":5,"name":"Zo\\u00eb \u2603"}'
all = []


def mac(content, how=hashlib.sha256, key=SECRET.encode()):
    return hmac.new(key, content if isinstance(content, bytes) else content.encode(), how).digest()


def b64(b):
    return base64.b64encode(b).decode()


def b64url(b):
    return base64.urlsafe_b64encode(b).decode().rstrip("=")


def header(name, **more):
    return {"header": name, **more}


def body(pointer, **more):
    return {"body": pointer, **more}


def send(sender, verify, headers, content=JSON, secret=SECRET, query="", method="POST", id=None, type=None, unsigned=False, more={}):
    all.append(dict(sender=sender, secret=secret, method=method, query=query, headers=headers, body=content, now=TIME, url=URL,
                    definition={"verify": verify if isinstance(verify, list) else [verify], "readAs": "application/json", **more},
                    unsigned=unsigned, **({"id": id} if id else {}), **({"type": type} if type else {})))


def signed(sender, definition, headers, public=None, **more):
    """A sender with a signature; the definition has HMAC by SHA-256 unless it says otherwise."""
    keys = {"keys": [public]} if public else {"secrets": ["secret"]}
    ids = {"eventId": body("/id"), "eventType": body("/type")} if more.get("content", JSON) == JSON else {}
    send(sender, {"type": "signature", **keys, "definition": {"algorithm": "HmacSHA256", **ids, **definition}}, headers,
         **{**({"id": "evt_1", "type": "paid"} if ids else {}), **more})


def asymmetric(key_args, content, *sign_args):
    with tempfile.TemporaryDirectory() as d:
        key, data, pub = (os.path.join(d, n) for n in ("key", "data", "pub"))
        subprocess.run(["openssl", "genpkey", *key_args, "-out", key], check=True, capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", pub], check=True)
        open(data, "wb").write(content.encode())
        run = ["openssl", "dgst", *sign_args, "-sign", key, data] if sign_args else ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", data]
        return open(pub).read(), subprocess.run(run, check=True, capture_output=True).stdout


def jwt(claims, key=SECRET):
    text = ".".join(b64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return text + "." + b64url(mac(text, key=key.encode()))


# Plain HMACs of the body.
for sender, name, more, value in (
        ("Ably", "X-Ably-Signature", {"encoding": "base64"}, b64(mac(JSON))),
        ("Agora", "Agora-Signature-V2", {}, mac(JSON).hex()),
        ("Alchemy", "X-Alchemy-Signature", {}, mac(JSON).hex()),
        ("Ashby", "Ashby-Signature", {"after": "sha256="}, "sha256=" + mac(JSON).hex()),
        ("Attio", "Attio-Signature", {}, mac(JSON).hex()),
        ("BTCPay", "BTCPay-Sig", {"after": "sha256="}, "sha256=" + mac(JSON).hex()),
        ("Checkout.com", "Cko-Signature", {}, mac(JSON).hex()),
        ("Checkr", "X-Checkr-Signature", {}, mac(JSON).hex()),
        ("Column", "Column-Signature", {}, mac(JSON).hex()),
        ("Dwolla", "X-Request-Signature-SHA-256", {}, mac(JSON).hex()),
        ("EasyPost", "X-Hmac-Signature", {"after": "hmac-sha256-hex="}, "hmac-sha256-hex=" + mac(JSON).hex()),
        ("FastSpring", "X-FS-Signature", {"encoding": "base64"}, b64(mac(JSON))),
        ("Front", "X-Front-Signature", {"algorithm": "HmacSHA1", "encoding": "base64"}, b64(mac(JSON, hashlib.sha1))),
        ("Gitea", "X-Gitea-Signature", {}, mac(JSON).hex()),
        ("GoCardless", "Webhook-Signature", {}, mac(JSON).hex()),
        ("Greenhouse", "Signature", {"after": "sha256 "}, "sha256 " + mac(JSON).hex()),
        ("Gusto", "X-Gusto-Signature", {}, mac(JSON).hex()),
        ("Help Scout", "X-HelpScout-Signature", {"algorithm": "HmacSHA1", "encoding": "base64"}, b64(mac(JSON, hashlib.sha1))),
        ("Heroku", "Heroku-Webhook-Hmac-SHA256", {"encoding": "base64"}, b64(mac(JSON))),
        ("LaunchDarkly", "X-LD-Signature", {}, mac(JSON).hex()),
        ("Modern Treasury", "X-Signature", {}, mac(JSON).hex()),
        ("Onfido", "X-SHA2-Signature", {}, mac(JSON).hex()),
        ("Pusher", "X-Pusher-Signature", {}, mac(JSON).hex()),
        ("Razorpay", "X-Razorpay-Signature", {}, mac(JSON).hex()),
        ("Segment", "x-signature", {"algorithm": "HmacSHA1"}, mac(JSON, hashlib.sha1).hex()),
        ("SonarQube", "X-Sonar-Webhook-HMAC-SHA256", {}, mac(JSON).hex()),
        ("Terraform", "X-TFE-Notification-Signature", {"algorithm": "HmacSHA512"}, mac(JSON, hashlib.sha512).hex())):
    after = {"after": more.pop("after")} if "after" in more else {}
    signed(sender, {"signature": [header(name, **after)], **more}, {name: value})
signed("Squarespace", {"signature": [header("Squarespace-Signature")], "secretEncoding": "hex"},
       {"Squarespace-Signature": mac(JSON, key=bytes.fromhex("00ff10")).hex()}, secret="00ff10")
signed("PandaDoc", {"signature": [{"query": "signature"}]}, {}, query="signature=" + mac(JSON).hex())
signed("Nylas", {"signature": [header("X-Nylas-Signature")]}, {"X-Nylas-Signature": mac(JSON).hex()},
       more={"handshake": [{"type": "echo", "parameter": "challenge"}]})

# With a time.
for sender, sign, time, content, value, more in (
        ("BambooHR", header("X-BambooHR-Signature"), header("X-BambooHR-Timestamp"), "{{body}}{{timestamp}}",
         {"X-BambooHR-Signature": mac(JSON + str(TIME)).hex(), "X-BambooHR-Timestamp": str(TIME)}, {}),
        ("Airwallex", header("x-signature"), header("x-timestamp"), "{{timestamp}}{{body}}",
         {"x-signature": mac(str(MILLIS) + JSON).hex(), "x-timestamp": str(MILLIS)}, {"timestampUnit": "millis"}),
        ("Buildkite", header("X-Buildkite-Signature", items=",", after="signature="), header("X-Buildkite-Signature", items=",", after="timestamp="),
         "{{timestamp}}.{{body}}", {"X-Buildkite-Signature": "timestamp=%d,signature=%s" % (TIME, mac("%d.%s" % (TIME, JSON)).hex())}, {}),
        ("Cashfree", header("x-webhook-signature"), header("x-webhook-timestamp"), "{{timestamp}}{{body}}",
         {"x-webhook-signature": b64(mac(str(MILLIS) + JSON)), "x-webhook-timestamp": str(MILLIS)}, {"encoding": "base64", "timestampUnit": "millis"}),
        ("Close", header("close-sig-hash"), header("close-sig-timestamp"), "{{timestamp}}{{body}}",
         {"close-sig-hash": mac(str(TIME) + JSON, key=b"\x00\xff").hex(), "close-sig-timestamp": str(TIME)}, {"secretEncoding": "hex", "secret": "00ff"}),
        ("Cloudflare Stream", header("Webhook-Signature", items=",", after="sig1="), header("Webhook-Signature", items=",", after="time="),
         "{{timestamp}}.{{body}}", {"Webhook-Signature": "time=%d,sig1=%s" % (TIME, mac("%d.%s" % (TIME, JSON)).hex())}, {}),
        ("Cloudinary", header("X-Cld-Signature"), header("X-Cld-Timestamp"), "{{body}}{{timestamp}}{{secret}}",
         {"X-Cld-Signature": hashlib.sha1((JSON + str(TIME) + SECRET).encode()).hexdigest(), "X-Cld-Timestamp": str(TIME)}, {"algorithm": "SHA-1"}),
        ("Customer.io", header("X-CIO-Signature"), header("X-CIO-Timestamp"), "v0:{{timestamp}}:{{body}}",
         {"X-CIO-Signature": mac("v0:%d:%s" % (TIME, JSON)).hex(), "X-CIO-Timestamp": str(TIME)}, {}),
        ("Daily", header("X-Webhook-Signature"), header("X-Webhook-Timestamp"), "{{timestamp}}.{{body}}",
         {"X-Webhook-Signature": b64(mac("%d.%s" % (TIME, JSON), key=b"key")), "X-Webhook-Timestamp": str(TIME)},
         {"encoding": "base64", "secretEncoding": "base64", "secret": b64(b"key")}),
        ("Increase", header("Increase-Webhook-Signature", items=",", after="v1="), header("Increase-Webhook-Signature", items=",", after="t="),
         "{{timestamp}}.{{body}}", {"Increase-Webhook-Signature": "t=%s,v1=%s" % (ISO, mac(ISO + "." + JSON).hex())}, {"timestampUnit": "iso"}),
        # While a secret is rotated, there are two pairs of time and signature.
        ("Persona", header("Persona-Signature", items=" ", part={"separator": ",", "index": 1}, after="v1="),
         header("Persona-Signature", part={"separator": ",", "index": 0}, after="t="), "{{timestamp}}.{{body}}",
         {"Persona-Signature": "t=%d,v1=%s t=%d,v1=%s" % (TIME, "0" * 64, TIME, mac("%d.%s" % (TIME, JSON)).hex())}, {}),
        ("QuickNode", header("x-qn-signature"), header("x-qn-timestamp"), "{{header.x-qn-nonce}}{{timestamp}}{{body}}",
         {"x-qn-signature": mac("n1" + str(TIME) + JSON).hex(), "x-qn-timestamp": str(TIME), "x-qn-nonce": "n1"}, {}),
        ("Retell", header("x-retell-signature", items=",", after="d="), header("x-retell-signature", items=",", after="v="), "{{body}}{{timestamp}}",
         {"x-retell-signature": "v=%d,d=%s" % (MILLIS, mac(JSON + str(MILLIS)).hex())}, {"timestampUnit": "millis"}),
        ("Sinch", header("x-sinch-webhook-signature"), header("x-sinch-webhook-signature-timestamp"),
         "{{body}}.{{header.x-sinch-webhook-signature-nonce}}.{{timestamp}}",
         {"x-sinch-webhook-signature": b64(mac("%s.n1.%d" % (JSON, TIME))), "x-sinch-webhook-signature-nonce": "n1",
          "x-sinch-webhook-signature-timestamp": str(TIME), "x-sinch-webhook-signature-algorithm": "HmacSHA256"}, {"encoding": "base64"}),
        ("Toast", header("Toast-Signature"), body("/timestamp"), "{{body}}{{body./timestamp}}", None, None)):
    if more is None:
        event = '{"timestamp":"%s","eventType":"order_updated","guid":"g1"}' % ISO
        signed(sender, {"signature": [sign], "timestamp": time, "timestampUnit": "iso", "encoding": "base64", "content": content,
                        "eventId": body("/guid"), "eventType": body("/eventType")},
               {"Toast-Signature": b64(mac(event + ISO))}, content=event, id="g1", type="order_updated")
        continue
    secret = more.pop("secret", SECRET)
    signed(sender, {"signature": [sign], "timestamp": time, "content": content, **more}, value, secret=secret)
klaviyo = '{"data":[{"external_id":"k1","topic":"event:klaviyo.opened_email","payload":{}}],"meta":{}}'
signed("Klaviyo", {"signature": [header("Klaviyo-Signature")], "timestamp": header("Klaviyo-Timestamp"), "timestampUnit": "iso",
                   "content": "{{body}}{{timestamp}}"},
       {"Klaviyo-Signature": mac(klaviyo + ISO).hex(), "Klaviyo-Timestamp": ISO}, content=klaviyo, id="k1", type="event:klaviyo.opened_email",
       more={"each": "/data", "id": body("/external_id"), "type": body("/topic")})

# Only some values are signed.
signed("DingTalk, outgoing robots", {"signature": [header("sign")], "encoding": "base64", "timestamp": header("timestamp"), "timestampUnit": "millis",
                                     "tolerance": "PT1H", "content": "{{timestamp}}\n{{secret}}"},
       {"timestamp": str(MILLIS), "sign": b64(mac("%d\n%s" % (MILLIS, SECRET)))}, content='{"msgtype":"text"}', unsigned=True)
lever = {"id": "e1", "event": "candidateHired", "token": "t1", "triggeredAt": MILLIS, "signature": mac("t1%d" % MILLIS).hex(), "data": {}}
signed("Lever", {"signature": [body("/signature")], "timestamp": body("/triggeredAt"), "timestampUnit": "millis",
                 "content": "{{body./token}}{{body./triggeredAt}}"}, {}, content=json.dumps(lever), unsigned=True)
ecwid = {"eventId": "e1", "eventCreated": TIME, "eventType": "order.created", "entityId": 5}
signed("Ecwid", {"signature": [header("X-Ecwid-Webhook-Signature")], "encoding": "base64", "content": "{{body./eventCreated}}.{{body./eventId}}",
                 "eventId": body("/eventId")}, {"X-Ecwid-Webhook-Signature": b64(mac("%d.e1" % TIME))}, content=json.dumps(ecwid), id="e1", unsigned=True)
payu = [("mihpayid", "m1"), ("status", "success"), ("txnid", "t1"), ("amount", "10.00"), ("productinfo", "p"), ("firstname", "Zo\u00eb"), ("email", "a@example.com"),
        ("key", "k"), ("udf1", "")]
form = dict(payu)
text = "|".join([SECRET, form["status"]] + [""] * 10 + [form[n] for n in ("email", "firstname", "productinfo", "amount", "txnid", "key")])
signed("PayU", {"algorithm": "SHA-512", "signature": [body("/hash")],
                "content": "{{secret}}|{{form.status}}||||||{{form.udf5}}|{{form.udf4}}|{{form.udf3}}|{{form.udf2}}|{{form.udf1}}|{{form.email}}|"
                           "{{form.firstname}}|{{form.productinfo}}|{{form.amount}}|{{form.txnid}}|{{form.key}}", "eventId": body("/txnid")},
       {"Content-Type": "application/x-www-form-urlencoded"}, content=urllib.parse.urlencode(payu + [("hash", hashlib.sha512(text.encode()).hexdigest())]),
       id="t1", unsigned=True, more={"readAs": "application/x-www-form-urlencoded"})
mandrill = "mandrill_events=" + urllib.parse.quote_plus('[{"event":"send","_id":"m1"}]')
signed("Mandrill", {"algorithm": "HmacSHA1", "signature": [header("X-Mandrill-Signature")], "encoding": "base64", "content": "{{url}}{{form}}"},
       {"X-Mandrill-Signature": b64(mac(URL + 'mandrill_events[{"event":"send","_id":"m1"}]', hashlib.sha1)),
        "Content-Type": "application/x-www-form-urlencoded"}, content=mandrill, id="m1", type="send",
       more={"readAs": "application/x-www-form-urlencoded", "jsonIn": "/mandrill_events", "each": "/mandrill_events", "id": body("/_id"), "type": body("/event")})

# Public keys.
EC = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
RSA = ["-algorithm", "RSA"]
key, sign = asymmetric(["-algorithm", "ed25519"], "%d|%s" % (TIME, JSON))
signed("Telnyx", {"algorithm": "Ed25519", "signature": [header("telnyx-signature-ed25519")], "encoding": "base64", "timestamp": header("telnyx-timestamp"),
                  "content": "{{timestamp}}|{{body}}"}, {"telnyx-signature-ed25519": b64(sign), "telnyx-timestamp": str(TIME)}, public=key)
key, sign = asymmetric(RSA, JSON, "-sha256")
signed("Wise", {"algorithm": "SHA256withRSA", "signature": [header("X-Signature-SHA256")], "encoding": "base64"}, {"X-Signature-SHA256": b64(sign)}, public=key)
key, sign = asymmetric(RSA, JSON, "-sha512")
signed("Fireblocks", {"algorithm": "SHA512withRSA", "signature": [header("Fireblocks-Signature")], "encoding": "base64"},
       {"Fireblocks-Signature": b64(sign)}, public=key)
key, sign = asymmetric(RSA, "%d\nn1\n%s\n" % (TIME, JSON), "-sha256")
signed("WeChat Pay", {"algorithm": "SHA256withRSA", "signature": [header("Wechatpay-Signature")], "encoding": "base64", "timestamp": header("Wechatpay-Timestamp"),
                      "content": "{{timestamp}}\n{{header.Wechatpay-Nonce}}\n{{body}}\n"},
       {"Wechatpay-Signature": b64(sign), "Wechatpay-Timestamp": str(TIME), "Wechatpay-Nonce": "n1"}, public=key)
key, sign = asymmetric(RSA, "01H.%s.%s" % (ISO, JSON), "-sha256")
signed("Kick", {"algorithm": "SHA256withRSA", "signature": [header("Kick-Event-Signature")], "encoding": "base64", "id": header("Kick-Event-Message-Id"),
                "timestamp": header("Kick-Event-Message-Timestamp"), "timestampUnit": "iso", "content": "{{id}}.{{timestamp}}.{{body}}",
                "eventId": header("Kick-Event-Message-Id")},
       {"Kick-Event-Signature": b64(sign), "Kick-Event-Message-Id": "01H", "Kick-Event-Message-Timestamp": ISO}, public=key, id="01H")
travis = '{"id":1,"state":"passed"}'
key, sign = asymmetric(RSA, travis, "-sha1")
signed("Travis CI", {"algorithm": "SHA1withRSA", "signature": [header("Signature")], "encoding": "base64", "content": "{{form.payload}}"},
       {"Signature": b64(sign), "Content-Type": "application/x-www-form-urlencoded"}, content="payload=" + urllib.parse.quote(travis), public=key,
       id="1", type="passed",
       more={"readAs": "application/x-www-form-urlencoded", "jsonIn": "/payload", "id": body("/payload/id"), "type": body("/payload/state")})

# Tokens in the request.
JWT = {"type": "jwt", "secrets": ["secret"], "algorithms": ["HS256"]}
LONG = "0123456789abcdef0123456789abcdef"
IDS = {"id": body("/id"), "type": body("/type")}
digest = hashlib.sha256(JSON.encode()).digest()
send("Vonage", {**JWT, "issuer": "Vonage", "bodyHash": "payload_hash"},
     {"Authorization": "Bearer " + jwt({"iss": "Vonage", "iat": TIME, "jti": "j1", "payload_hash": digest.hex()}, LONG)}, secret=LONG, id="evt_1", type="paid", more=IDS)
send("MessageBird, JWT", {**JWT, "location": header("MessageBird-Signature-JWT"), "issuer": "MessageBird", "bodyHash": "payload_hash"},
     {"MessageBird-Signature-JWT": jwt({"iss": "MessageBird", "nbf": TIME, "exp": TIME + 60, "jti": "j1", "url_hash": "00", "payload_hash": digest.hex()}, LONG)},
     secret=LONG, id="evt_1", type="paid", more=IDS)
send("Netlify", {**JWT, "location": header("X-Webhook-Signature"), "issuer": "netlify", "bodyHash": "sha256", "withoutTime": True},
     {"X-Webhook-Signature": jwt({"iss": "netlify", "sha256": digest.hex()}, LONG)}, secret=LONG, id="evt_1", type="paid", more=IDS)
send("LiveKit", {**JWT, "location": header("Authorization"), "issuer": "key", "bodyHash": "sha256"},
     {"Authorization": jwt({"iss": "key", "nbf": TIME, "exp": TIME + 300, "sha256": b64(digest)}, LONG)}, secret=LONG, id="evt_1", type="paid", more=IDS)
send("Monday", {**JWT, "location": header("Authorization")}, {"Authorization": jwt({"exp": TIME + 60, "accountId": 1}, LONG)}, secret=LONG, unsigned=True, id="evt_1",
     type="paid", more={**IDS, "handshake": [{"type": "monday"}]})
send("Chargebee", {"type": "basic", "user": "cb", "passwords": ["secret"]}, {"Authorization": "Basic " + b64(("cb:" + SECRET).encode())}, unsigned=True, id="evt_1",
     type="paid", more=IDS)
send("Marqeta", {"type": "basic", "user": "mq", "passwords": ["secret"]}, {"Authorization": "Basic " + b64(("mq:" + SECRET).encode())}, unsigned=True, id="evt_1",
     type="paid", more=IDS)
send("Flutterwave", {"type": "token", "location": header("verif-hash"), "tokens": ["secret"]}, {"verif-hash": SECRET}, unsigned=True, id="evt_1", type="paid", more=IDS)
send("Cloudflare", {"type": "token", "location": header("cf-webhook-auth"), "tokens": ["secret"]}, {"cf-webhook-auth": SECRET}, unsigned=True, id="evt_1", type="paid",
     more=IDS)
send("Figma", {"type": "token", "location": body("/passcode"), "tokens": ["secret"]}, {}, content='{"event_type":"PING","passcode":"%s","timestamp":"%s"}' % (SECRET, ISO), unsigned=True,
     id=ISO, type="PING", more={"id": body("/timestamp"), "type": body("/event_type")})
kofi = json.dumps({"verification_token": SECRET, "message_id": "m1", "type": "Donation"})
send("Ko-fi", {"type": "token", "location": body("/data/verification_token"), "tokens": ["secret"]}, {"Content-Type": "application/x-www-form-urlencoded"},
     content="data=" + urllib.parse.quote(kofi), unsigned=True, id="m1", type="Donation",
     more={"readAs": "application/x-www-form-urlencoded", "jsonIn": "/data", "id": body("/data/message_id"), "type": body("/data/type")})

json.dump(all, sys.stdout, indent=1, ensure_ascii=True)
