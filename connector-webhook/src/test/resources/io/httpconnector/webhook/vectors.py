"""Signs requests as services describe it, by Python's standard library and OpenSSL: python3 vectors.py > vectors.json

Those marked "published" are not made here, but copied from the documentation of the service.
"""
import base64, hashlib, hmac, json, os, subprocess, sys, tempfile, urllib.parse

SECRET = "s3cr3t-of-the-sender"
TIME = 1700000000
MILLIS = TIME * 1000
ISO = "2023-11-14T22:13:20Z"
URL = "https://app.example.com/hooks/abc"
JSON = '{"id":"evt_1","event_id":"evt_1","type":"lead.created","name":"Zo\\u00eb \u2603","webhookTimestamp":%d}' % MILLIS


def mac(text, how=hashlib.sha256, key=SECRET.encode()):
    return hmac.new(key, text.encode(), how).digest()


def b64(b):
    return base64.b64encode(b).decode()


def openssl(key_args, text, sign_args):
    with tempfile.TemporaryDirectory() as d:
        key, data, pub = (os.path.join(d, n) for n in ("key", "data", "pub"))
        subprocess.run(["openssl", "genpkey", *key_args, "-out", key], check=True, capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER", "-out", pub], check=True)
        open(data, "wb").write(text.encode())
        if sign_args == ["raw"]:
            run = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", data]
        else:
            run = ["openssl", "dgst", *sign_args, "-sign", key, data]
        signature = subprocess.run(run, check=True, capture_output=True).stdout
        return open(pub, "rb").read(), signature


def other(key_args):
    """The public key of somebody else."""
    return openssl(key_args, "anything", ["raw"] if "ed25519" in key_args else ["-sha256"])[0]


all = []


def add(preset, headers, body=JSON, secret=SECRET, other="c29tZXRoaW5nIGVsc2U=", now=TIME, url=URL, content="application/json",
        **more):
    all.append(dict(preset=preset, secret=secret, other=other, now=now, url=url,
                    headers={"Content-Type": content, **headers}, body=body, **more))


add("asana", {"X-Hook-Signature": mac(JSON).hex()})
add("bitbucket", {"X-Hub-Signature": "sha256=" + mac(JSON).hex(), "X-Event-Key": "repo:push"}, type="")
add("box", {"BOX-SIGNATURE-PRIMARY": b64(mac(JSON + ISO)), "BOX-SIGNATURE-SECONDARY": b64(mac(JSON + ISO, key=b"other")),
            "BOX-DELIVERY-TIMESTAMP": ISO, "BOX-SIGNATURE-VERSION": "1"}, id="evt_1", timed=True)
add("box", {"BOX-SIGNATURE-PRIMARY": b64(mac(JSON + ISO, key=b"other")), "BOX-SIGNATURE-SECONDARY": b64(mac(JSON + ISO)),
            "BOX-DELIVERY-TIMESTAMP": ISO, "BOX-SIGNATURE-VERSION": "1"}, id="evt_1", timed=True)
add("calendly", {"Calendly-Webhook-Signature": "t=%d,v1=%s" % (TIME, mac("%d.%s" % (TIME, JSON)).hex())}, timed=True)
pub, sig = openssl(["-algorithm", "ed25519"], str(TIME) + JSON, ["raw"])
add("discord", {"X-Signature-Ed25519": sig.hex(), "X-Signature-Timestamp": str(TIME)}, secret=pub[-32:].hex(), other=other(["-algorithm", "ed25519"])[-32:].hex(), timed=True)
add("docusign", {"X-DocuSign-Signature-1": b64(mac(JSON, key=b"first key")), "X-DocuSign-Signature-2": b64(mac(JSON))})
add("dropbox", {"X-Dropbox-Signature": mac(JSON).hex()})
add("github", {"X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
               "X-GitHub-Event": "push"}, body="Hello, World!", secret="It's a Secret to Everybody", published=True)
add("github", {"X-Hub-Signature-256": "sha256=" + mac(JSON).hex(), "X-GitHub-Event": "push"}, type="")
add("gitlab", {"X-Gitlab-Token": SECRET, "X-Gitlab-Event": "Push Hook", "X-Gitlab-Event-UUID": "evt_0", "Idempotency-Key": "evt_1"},
    id="evt_1", type="Push Hook", token=True)
add("hubspot-v1", {"X-HubSpot-Signature": hashlib.sha256((SECRET + JSON).encode()).hexdigest()})
add("hubspot-v2", {"X-HubSpot-Signature": hashlib.sha256((SECRET + "POST" + URL + "?a=1" + JSON).encode()).hexdigest()},
    query="a=1")
add("hubspot-v3", {"X-HubSpot-Signature-v3": b64(mac("POST" + URL + JSON + str(MILLIS))),
                   "X-HubSpot-Request-Timestamp": str(MILLIS)}, timed=True)
add("intercom", {"X-Hub-Signature": "sha1=" + mac(JSON, hashlib.sha1).hex()}, id="evt_1")
add("jira", {"X-Hub-Signature": "sha256=" + mac(JSON).hex()})
add("linear", {"Linear-Signature": mac(JSON).hex()}, timed=True, type="lead.created")
token = "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0"
add("mailgun", {}, body=json.dumps({"signature": {"timestamp": str(TIME), "token": token,
                                                 "signature": mac(str(TIME) + token).hex()},
                                   "event-data": {"event": "opened"}}), timed=True, type="opened", unsigned=True)
add("meta", {"X-Hub-Signature-256": "sha256=" + mac(JSON).hex()})
add("paddle", {"Paddle-Signature": "ts=%d;h1=%s" % (TIME, mac("%d:%s" % (TIME, JSON)).hex())}, id="evt_1", timed=True)
add("quickbooks", {"intuit-signature": b64(mac(JSON))})
EC = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
pub, sig = openssl(EC, str(TIME) + JSON, ["-sha256"])
add("sendgrid", {"X-Twilio-Email-Event-Webhook-Signature": b64(sig), "X-Twilio-Email-Event-Webhook-Timestamp": str(TIME)},
    secret=b64(pub), other=b64(other(EC)), timed=True)
add("shopify", {"X-Shopify-Hmac-Sha256": b64(mac(JSON)), "X-Shopify-Topic": "orders/create"}, type="")
add("slack", {"X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
              "X-Slack-Request-Timestamp": "1531420618"}, now=1531420618, secret="8f742231b10e8888abcd99yyyzzz85a5",
    content="application/x-www-form-urlencoded", timed=True, published=True,
    body="token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
         "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
         "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
         "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c")
add("square", {"X-Square-HmacSha256-Signature": b64(mac(URL + JSON))}, id="evt_1", type="lead.created")
add("standard-webhooks", {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
                          "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
    body='{"test": 2432232314}', secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", now=1614265330,
    id="msg_p5jXN8AQM9LWM0D4loKWxJek", timed=True, published=True)
pub, sig = openssl(["-algorithm", "ed25519"], "msg_1.%d.%s" % (TIME, JSON), ["raw"])
add("standard-webhooks-ed25519", {"webhook-id": "msg_1", "webhook-timestamp": str(TIME),
                                  "webhook-signature": "v1,bm90aGluZw== v1a," + b64(sig)},
    secret="whpk_" + b64(pub[-32:]), other=b64(other(["-algorithm", "ed25519"])), id="msg_1", timed=True)
add("stripe", {"Stripe-Signature": "t=%d,v1=%s,v0=%s" % (TIME, mac("%d.%s" % (TIME, JSON)).hex(), "00" * 32)},
    id="evt_1", type="lead.created", timed=True)
key = b"0123456789abcdef01234567"
add("svix", {"svix-id": "msg_1", "svix-timestamp": str(TIME),
             "svix-signature": "v1,%s v1,%s" % (b64(b"0" * 32), b64(mac("msg_1.%d.%s" % (TIME, JSON), key=key)))},
    secret="whsec_" + b64(key), id="msg_1", timed=True)
add("trello", {"X-Trello-Webhook": b64(mac(JSON + URL, hashlib.sha1))})
add("twilio", {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}, secret="12345",
    url="https://mycompany.com/myapp.php", query="foo=1&bar=2", content="application/x-www-form-urlencoded", published=True,
    body=urllib.parse.urlencode({"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234",
                                 "From": "+14158675309", "To": "+18005551212"}))
query = "bodySHA256=" + hashlib.sha256(JSON.encode()).hexdigest()
add("twilio", {"X-Twilio-Signature": b64(mac(URL + "?" + query, hashlib.sha1))}, query=query)
add("typeform", {"Typeform-Signature": "sha256=" + b64(mac(JSON))}, id="evt_1")
add("xero", {"x-xero-signature": b64(mac(JSON))})
add("zendesk", {"X-Zendesk-Webhook-Signature": b64(mac(ISO + JSON)), "X-Zendesk-Webhook-Signature-Timestamp": ISO},
    id="evt_1", type="lead.created", timed=True)
add("zoom", {"x-zm-signature": "v0=" + mac("v0:%d:%s" % (TIME, JSON)).hex(), "x-zm-request-timestamp": str(TIME)}, timed=True)

# Services whose signatures cover more than the body and the time.
ADYEN = {"pspReference": "7914073381342284", "eventCode": "AUTHORISATION", "merchantAccountCode": "TestMerchant",
         "merchantReference": "TestPayment-1407325143704", "paymentMethod": "visa", "success": "true",
         "amount": {"value": 1130, "currency": "EUR"},
         "additionalData": {"hmacSignature": "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="}}
add("adyen", {}, body=json.dumps({"live": "false", "notificationItems": [{"NotificationRequestItem": ADYEN}]}),
    secret="44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056", other="00ff", type="AUTHORISATION",
    published=True, unsigned=True)
key = b"0123456789abcdef01234567"
add("airtable", {"X-Airtable-Content-MAC": "hmac-sha256=" + mac(JSON, key=key).hex()}, secret=b64(key))
digest = hashlib.sha256(JSON.encode()).digest()
add("bird", {"MessageBird-Signature": b64(hmac.new(SECRET.encode(), ("%d\n%s?a=1\n" % (TIME, URL)).encode() + digest, hashlib.sha256).digest()),
             "MessageBird-Request-Timestamp": str(TIME)}, query="a=1", timed=True)
# Signed by messagebird 4.0.1 for Node.
add("messagebird", {"MessageBird-Signature": "Gkq61IphqJIPl/WpssxbaKe3Hlnt3Kxdjs67WWGkDeE=", "MessageBird-Request-Timestamp": str(TIME)},
    query="b=2&a=1", body='{"id":"m1","type":"message.created"}', type="message.created", timed=True)
add("messagebird", {"MessageBird-Signature": "N2Pg7iDAIKWlPepOcPJxpKuts11yKYdXZiJD/L7hf/Y=", "MessageBird-Request-Timestamp": str(TIME)},
    method="GET", query="status=delivered&id=m1&recipient=31612345678", body="", timed=True, unsigned=True)
load = base64.encodebytes(b"<notification><kind>check</kind></notification>").decode()
add("braintree", {}, content="application/x-www-form-urlencoded", unsigned=True, body=urllib.parse.urlencode(
    {"bt_signature": "other_key|%s&public_key|%s" % ("0" * 40, hmac.new(hashlib.sha1(SECRET.encode()).digest(), load.encode(), hashlib.sha1).hexdigest()),
     "bt_payload": load}))
add("cal-com", {"X-Cal-Signature-256": mac(JSON).hex()})
add("circleci", {"circleci-signature": "v1=%s,v2=%s" % (mac(JSON).hex(), "0" * 64)}, id="evt_1", type="lead.created")
add("clickup", {"X-Signature": mac(JSON).hex()})
add("coinbase", {"Content-Type": "application/json", "X-Event-Id": "e1", "X-Event-Type": "wallet.activity.detected",
                 "X-Hook0-Signature": "t=%d,v0=%s,h=content-type x-event-id x-event-type,v1=%s" % (
                     TIME, mac("%d.%s" % (TIME, JSON)).hex(),
                     mac("%d.content-type x-event-id x-event-type.application/json.e1.wallet.activity.detected.%s" % (TIME, JSON)).hex())},
    id="e1", type="wallet.activity.detected", timed=True)
add("coinbase-commerce", {"X-CC-Webhook-Signature": mac('{"event":{"id":"e1","type":"charge:created"}}').hex()},
    body='{"event":{"id":"e1","type":"charge:created"}}', id="e1", type="charge:created")
# Signed by signRequest of @contentful/node-apps-toolkit 3.16.1, which escapes a query twice.
for query, sign in (("", "917c7791b61c4c055d706533a03ae3b3bcb1f38f80008d82525f5c4bcd42be83"),
                    ("a=1&b=x%20y", "c636760a2cdac151b5a5699cf05b8618f7d95f3de64dd9cc050313ebb9461a3b")):
    add("contentful", {"Content-Type": "application/vnd.contentful.management.v1+json", "X-Contentful-Timestamp": str(MILLIS),
                       "X-Contentful-Topic": "ContentManagement.Entry.publish", "X-Contentful-Idempotency-Key": "k1",
                       "X-Contentful-Signed-Headers": "content-type,x-contentful-idempotency-key,x-contentful-signed-headers,"
                                                      "x-contentful-timestamp,x-contentful-topic", "X-Contentful-Signature": sign},
        body='{"sys":{"id":"e1","type":"Entry"}}', secret="0123456789abcdef" * 4, query=query, id="k1",
        type="ContentManagement.Entry.publish", timed=True)
event = {"event": {"event_time": str(TIME), "event_type": "signature_request_signed", "event_hash": mac(str(TIME) + "signature_request_signed").hex()}}
add("dropbox-sign", {}, content="multipart/form-data; boundary=b", type="signature_request_signed", unsigned=True,
    body='--b\r\nContent-Disposition: form-data; name="json"\r\n\r\n' + json.dumps(event) + "\r\n--b--\r\n")
add("elevenlabs", {"ElevenLabs-Signature": "t=%d,v0=%s" % (TIME, mac("%d.%s" % (TIME, JSON)).hex())}, type="lead.created")
pub, sig = openssl(["-algorithm", "ed25519"], "req_1\nuser_1\n%d\n%s" % (TIME, digest.hex()), ["raw"])
add("fal", {"X-Fal-Webhook-Request-Id": "req_1", "X-Fal-Webhook-User-Id": "user_1", "X-Fal-Webhook-Timestamp": str(TIME),
            "X-Fal-Webhook-Signature": sig.hex()}, secret=b64(pub[-32:]), other=b64(other(["-algorithm", "ed25519"])[-32:]), id="req_1", timed=True)
def lark(event, iv="000102030405060708090a0b0c0d0e0f"):
    """The body of an event of Lark, encrypted by OpenSSL."""
    run = subprocess.run(["openssl", "enc", "-aes-256-cbc", "-K", hashlib.sha256(SECRET.encode()).hexdigest(), "-iv", iv],
                         input=json.dumps(event).encode(), check=True, capture_output=True)
    return '{"encrypt":"%s"}' % b64(bytes.fromhex(iv) + run.stdout)


# @larksuiteoapi/node-sdk 1.74.0 accepts and decrypts these events, of both versions.
for event, kind in (({"schema": "2.0", "header": {"event_id": "e1", "event_type": "im.message.receive_v1"}, "event": {"name": "Zo\u00eb"}},
                     "im.message.receive_v1"),
                    ({"uuid": "e1", "token": "t", "type": "event_callback", "event": {"type": "message"}}, "message")):
    body = lark(event)
    add("lark", {"X-Lark-Request-Timestamp": str(TIME), "X-Lark-Request-Nonce": "n1",
                 "X-Lark-Signature": hashlib.sha256((str(TIME) + "n1" + SECRET + body).encode()).hexdigest()}, body=body, id="e1", type=kind, timed=True)
order = '{"meta":{"event_name":"order_created"},"data":{"type":"orders","id":"1"}}'
add("lemon-squeezy", {"X-Signature": mac(order).hex(), "X-Event-Name": "order_created"}, body=order, type="order_created")
add("line", {"x-line-signature": b64(mac(JSON))})
add("mercado-pago", {"x-request-id": "r1", "x-signature": "ts=%d,v1=%s" % (MILLIS, mac("id:ab12;request-id:r1;ts:%d;" % MILLIS).hex())},
    query="data.id=AB12&type=order", type="lead.created", timed=True, unsigned=True)
add("mux", {"Mux-Signature": "t=%d,v1=%s" % (TIME, mac("%d.%s" % (TIME, JSON)).hex())}, id="evt_1", type="lead.created", timed=True)
add("notion", {"X-Notion-Signature": "sha256=" + mac(JSON).hex()}, id="evt_1", type="lead.created")
add("okta", {"Authorization": SECRET}, body='{"eventId":"e1","eventType":"com.okta.event_hook"}', id="e1", type="com.okta.event_hook", token=True)
add("okta", {"Authorization": SECRET}, body='{"eventType":"com.okta.event_hook","eventID":"e1","data":{"events":[]}}', id="e1",
    type="com.okta.event_hook", token=True)
add("pagerduty", {"X-PagerDuty-Signature": "v1=%s,v1=%s" % ("0" * 64, mac('{"event":{"id":"e1","event_type":"incident.triggered"}}').hex())},
    body='{"event":{"id":"e1","event_type":"incident.triggered"}}', id="e1", type="incident.triggered")
add("patreon", {"X-Patreon-Signature": mac(JSON, hashlib.md5).hex(), "X-Patreon-Event": "members:create"})
add("paystack", {"x-paystack-signature": mac(JSON, hashlib.sha512).hex()})
add("recurly", {"recurly-signature": "%d,%s,%s" % (MILLIS, "0" * 64, mac("%d.%s" % (MILLIS, JSON)).hex())}, timed=True)
add("sentry", {"Sentry-Hook-Signature": mac(JSON).hex()})
add("smartsheet", {"Smartsheet-Hmac-SHA256": mac(JSON).hex()})
add("tally", {"Tally-Signature": b64(mac('{"eventId":"e1","eventType":"FORM_RESPONSE"}'))}, body='{"eventId":"e1","eventType":"FORM_RESPONSE"}',
    id="e1", type="FORM_RESPONSE")
add("tiktok", {"TikTok-Signature": "t=%d,s=%s" % (TIME, mac("%d.%s" % (TIME, JSON)).hex())}, timed=True)
nanos = "2023-11-14T22:13:20.123456789Z"
add("twitch", {"Twitch-Eventsub-Message-Id": "m1", "Twitch-Eventsub-Message-Timestamp": nanos,
               "Twitch-Eventsub-Message-Signature": "sha256=" + mac("m1" + nanos + JSON).hex()}, id="m1", timed=True)
add("vercel", {"x-vercel-signature": mac(JSON, hashlib.sha1).hex()}, id="evt_1", type="lead.created")
add("webflow", {"x-webflow-timestamp": str(MILLIS), "x-webflow-signature": mac("%d:%s" % (MILLIS, JSON)).hex()}, timed=True)
add("woocommerce", {"X-WC-Webhook-Signature": b64(mac(JSON))})
add("workos", {"WorkOS-Signature": "t=%d, v1=%s" % (MILLIS, mac("%d.%s" % (MILLIS, JSON)).hex())}, id="evt_1", timed=True)
add("x", {"x-twitter-webhooks-signature": "sha256=" + b64(mac(JSON))})

# Other forms of requests of the same services.
add("twilio", {"X-Twilio-Signature": b64(mac(URL + "?Body=it%27s&From=%2B1", hashlib.sha1))}, method="GET", query="Body=it%27s&From=%2B1", body="", unsigned=True)
add("twilio", {"X-Twilio-Signature": b64(mac(URL.replace(".com/", ".com:443/") + "?a='" + "Body" + "Hi")),
               "X-Twilio-Webhooks-Signature-Settings": "key=YK1,algorithm=HMAC_SHA256"}, query="a=%27", body="Body=Hi",
    content="application/x-www-form-urlencoded")
add("hubspot-v3", {"X-HubSpot-Signature-v3": b64(mac("POST" + URL + "?u=https://a/b" + JSON + str(MILLIS))),
                   "X-HubSpot-Request-Timestamp": str(MILLIS)}, query="u=https%3A%2F%2Fa%2Fb", timed=True)
route = {"recipient": "a@example.com", "timestamp": str(TIME), "token": token, "signature": mac(str(TIME) + token).hex()}
add("mailgun", {}, content="application/x-www-form-urlencoded", body=urllib.parse.urlencode(route), timed=True, unsigned=True)
add("mailgun", {}, content="multipart/form-data; boundary=b", timed=True, unsigned=True, body="".join(
    '--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % field for field in route.items()) + "--b--\r\n")
for secret, key in (("plain_text-secret", b"plain_text-secret"), ("whsec_-_-_", b"\xfb\xff\xbf"), ("whsec_c2VjcmV0", b"secret")):
    add("standard-webhooks", {"webhook-id": "msg_1", "webhook-timestamp": str(TIME),
                              "webhook-signature": "v1," + b64(mac("msg_1.%d.%s" % (TIME, JSON), key=key))}, secret=secret, id="msg_1", timed=True)

# Services whose vectors were made or accepted by other code.
# Signed by standardwebhooks 1.1.1 for Node, whose secret is the client secret in base64.
add("bigcommerce", {"webhook-id": "msg_bc1", "webhook-timestamp": str(TIME), "webhook-signature": "v1,oUfuGdiiY8lH19pZ/Egw/mZTKuCS/u5anQ0+GVl8O5E="},
    body='{"store_id":"11111","producer":"stores/abcde","scope":"store/order/statusUpdated","data":{"type":"order","id":173331},'
         '"hash":"3f9ea420af83450d7ef9f78b08c8af25b2213637","created_at":1700000000}',
    secret="client-secret_of/the+app", id="msg_bc1", type="store/order/statusUpdated", timed=True)
# Signed by svix 1.99.1 for Node; @clerk/backend 3.25.0 accepts it.
add("clerk", {"svix-id": "msg_2Xa", "svix-timestamp": str(TIME), "svix-signature": "v1,pg0o4/+IgQx+GE1Z1DtINbAifZR/m4MBc9jNO4zyA6E="},
    body='{"data":{"id":"user_29w83sxmDNGwOuEthce5gg56FcC","object":"user"},"object":"event","timestamp":1700000000123,"type":"user.created"}',
    secret="whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", id="msg_2Xa", type="user.created", timed=True)
add("figma", {}, body='{"event_type":"FILE_UPDATE","file_key":"k1","passcode":"%s","timestamp":"2023-11-14T22:13:20Z","webhook_id":"22"}' % SECRET,
    type="FILE_UPDATE", token=True)
# The vector of the client libraries of GoCardless; gocardless-nodejs 10.1.2 accepts it.
add("gocardless", {"Webhook-Signature": "2693754819d3e32d7e8fcb13c729631f316c6de8dc1cf634d6527f1c07276e7e"}, secret="ED7D658C-D8EB-4941-948B-3973214F2D49",
    type="", published=True, body=json.dumps({"events": [
        {"id": "EV00BD05S5VM2T", "created_at": "2018-07-05T09:13:51.404Z", "resource_type": "subscriptions", "action": "created",
         "links": {"subscription": "SB0003JJQ2MR06"},
         "details": {"origin": "api", "cause": "subscription_created", "description": "Subscription created via the API."}, "metadata": {}},
        {"id": "EV00BD05TB8K63", "created_at": "2018-07-05T09:13:56.893Z", "resource_type": "mandates", "action": "created",
         "links": {"mandate": "MD000AMA19XGEC"},
         "details": {"origin": "api", "cause": "mandate_created", "description": "Mandate created via the API."}, "metadata": {}}]},
        separators=(",", ":")))
# Signed by jsonwebtoken 9.0.3 for Node.
add("monday", {"Authorization": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhY2NvdW50SWQiOjE4MjU1MjksInVzZXJJZCI6NDAxMjY4OSwiYXVkIjoiaHR0cHM6Ly9hcHAuZX"
    "hhbXBsZS5jb20vaG9va3MvYWJjIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDAwMDAzMDAsInNob3J0TGl2ZWRUb2tlbiI6InNsdCJ9.CfzHJ3PgrF7wIdFIFsaXyFKslJQycUcP7tUhb8wcwTk"},
    body='{"event":{"app":"monday","type":"create_pulse","boardId":1,"pulseId":2,"triggerUuid":"b5ed2e17c530446a98b25b8e6f0d6a1f"}}',
    secret="0123456789abcdef0123456789abcdef", other="fedcba9876543210fedcba9876543210", id="b5ed2e17c530446a98b25b8e6f0d6a1f",
    type="create_pulse", token=True)
inquiry = '{"data":{"type":"event","id":"evt_1","attributes":{"name":"inquiry.completed","payload":{"data":{"id":"inq_1"}}}}}'
right = "t=%d,v1=%s" % (TIME, mac("%d.%s" % (TIME, inquiry)).hex())
wrong = "t=%d,v1=%s" % (TIME, "0" * 64)
for signatures in (right, wrong + " " + right, right + " " + wrong):
    add("persona", {"Persona-Signature": signatures}, body=inquiry, id="evt_1", type="inquiry.completed", timed=True)
# The vector of razorpay 2.9.8 for Node.
add("razorpay", {"X-Razorpay-Signature": "2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc"}, body='{"a":1,"b":2,"c":{"d":3}}',
    secret="123456", type="", published=True)
payment = '{"entity":"event","account_id":"acc_1","event":"payment.captured","contains":["payment"],"payload":{},"created_at":1700000000}'
add("razorpay", {"X-Razorpay-Signature": mac(payment).hex(), "X-Razorpay-Event-Id": "e1"}, body=payment, type="payment.captured")
track = '{"messageId":"ajs-1","type":"track","event":"Signed Up","userId":"u1"}'
add("segment", {"X-Signature": mac(track, hashlib.sha1).hex()}, body=track, id="ajs-1", type="track")
add("telegram", {"X-Telegram-Bot-Api-Secret-Token": SECRET}, body='{"update_id":10000,"message":{"message_id":1365,"text":"Hi"}}', id="10000",
    type="message", token=True)
# OpenAI, Replicate, Resend: signed by standardwebhooks 1.1.1; openai 6.49.0, replicate 1.4.0 and resend 6.38.0 for Node accept such requests.
for preset, prefix, sign, kind, body in (
        ("openai", "webhook-", "aw3EwSTFEL+tSS4lYjP6D3moXbCyi2JMKmOHQ9fbjlA=", "response.completed",
         '{"id":"evt_685343a1381c819085d44c354e1b330e","object":"event","created_at":1700000000,"type":"response.completed","data":{"id":"resp_1"}}'),
        ("replicate", "webhook-", "ODrWoKYucdpL0/PxcB/0dj6mDPI4v4LZYKUxKZJnbRI=", "succeeded",
         '{"id":"ufawqhfynnddngldkgtslldrkq","version":"v1","status":"succeeded","output":["a"]}'),
        ("resend", "svix-", "FephK0lNqHYZ3Dd2gcwawJt3O85o1wnNaoxQ9U5OjsY=", "email.delivered",
         '{"type":"email.delivered","created_at":"2023-11-14T22:13:20.000Z","data":{"email_id":"e1"}}')):
    add(preset, {prefix + "id": "msg_" + preset, prefix + "timestamp": str(TIME), prefix + "signature": "v1," + sign}, body=body,
        secret="whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", id="msg_" + preset, type=kind, timed=True)
# Signed by the crypto module of Node; telnyx 7.24.0 for Node accepts such requests.
add("telnyx", {"telnyx-signature-ed25519": "q77Xh46db9XDVS/AoJ474lWlX1RD0Vq/m4NVw2U3clRX9kq4mRH9L7AW84eQNh/8s0mDK6LsWNQL1o5pVkz/Ag==",
               "telnyx-timestamp": str(TIME)}, body='{"data":{"event_type":"message.received","id":"b301ed3f-1490-491f-995f-6e64e69674d4","record_type":"event"}}',
    secret="7nrWeXq93D/cDbKiumFCBI3NjtYjTPQ59nUXB6U22r8=", other="dHrW4W+WNdG8XfvjIf0UGZrJlLWJREOrFXsRWXfIGWU=",
    id="b301ed3f-1490-491f-995f-6e64e69674d4", type="message.received", timed=True)
build = '{"event":"build.finished","build":{"id":"b1"}}'
add("buildkite", {"X-Buildkite-Signature": "timestamp=%d,signature=%s" % (TIME, mac("%d.%s" % (TIME, build)).hex())}, body=build, type="build.finished",
    timed=True)
approved = '{"id":"evt_caxmnvuvbe4elkbdx2imwbnjxu","type":"payment_approved","data":{}}'
add("checkout-com", {"Cko-Signature": mac(approved).hex()}, body=approved, id="evt_caxmnvuvbe4elkbdx2imwbnjxu", type="payment_approved")
audit = '{"_id":"57c0a8e29969090743529965","date":1472243938774,"accesses":[{"action":"updateName","resource":"proj/alexis:env/test"}]}'
add("launchdarkly", {"X-LD-Signature": mac(audit).hex()}, body=audit, id="57c0a8e29969090743529965", type="updateName")
names = "content-type x-event-id x-event-type"
add("coinbase", {"Content-Type": "application/json", "X-Event-Id": "e1", "X-Event-Type": "onchain.activity.detected",
                 "X-Webhook-Signature": "t=%d,h=%s,v1=%s" % (
                     TIME, names, mac("%d.%s.application/json.e1.onchain.activity.detected.%s" % (TIME, names, JSON)).hex())},
    id="e1", type="onchain.activity.detected", timed=True)

json.dump(all, sys.stdout, indent=1, ensure_ascii=True)
