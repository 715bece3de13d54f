"""Requests of services without a preset, signed by Python's standard library and OpenSSL: python3 schemes.py > schemes.json"""
import base64, hashlib, hmac, json, os, subprocess, sys, tempfile, urllib.parse
from email.utils import formatdate

SECRET = "s3cr3t-of-the-sender"
TIME = 1700000000
URL = "https://app.example.com/hooks/abc"
JSON = '{"id":"evt_1","type":"paid","amount":5,"name":"Zo\\u00eb \u2603"}'
all = []


def mac(content, how=hashlib.sha256, key=SECRET.encode()):
    return hmac.new(key, content if isinstance(content, bytes) else content.encode(), how).digest()


def b64(b):
    return base64.b64encode(b).decode()


def add(name, definition, headers, body=JSON, query="", method="POST", **more):
    all.append(dict(name=name, definition={"algorithm": "HmacSHA256", **definition}, headers=headers, body=body, query=query,
                    method=method, secret=more.pop("secret", SECRET), now=TIME, url=URL, **more))


sig = [{"header": "X-Sign"}]
add("HMAC by MD5", {"algorithm": "HmacMD5", "signature": sig}, {"X-Sign": mac(JSON, hashlib.md5).hex()}, id="evt_1")
add("the key is the SHA-1 of the secret", {"algorithm": "HmacSHA1", "signature": sig, "key": "{{secret | sha1 | bytes}}"},
    {"X-Sign": mac(JSON, hashlib.sha1, hashlib.sha1(SECRET.encode()).digest()).hex()}, id="evt_1")
add("the key is the MD5 of the secret in hexadecimal", {"signature": sig, "key": "{{secret | md5}}"},
    {"X-Sign": mac(JSON, key=hashlib.md5(SECRET.encode()).hexdigest().encode()).hex()}, id="evt_1")
add("a key with prefix and suffix", {"signature": sig, "key": "v1{{secret | upper}}&"},
    {"X-Sign": mac(JSON, key=("v1" + SECRET.upper() + "&").encode()).hex()}, id="evt_1")
add("the SHA-256 of the body", {"signature": sig, "content": "{{method}}\n{{bodySha256}}"},
    {"X-Sign": mac("POST\n" + hashlib.sha256(JSON.encode()).hexdigest()).hex()}, id="evt_1")
add("the bytes of the SHA-256 of the body, and the sorted query",
    {"signature": sig, "encoding": "base64", "timestamp": {"header": "X-Time"},
     "content": "{{timestamp}}\n{{query | sorted}}\n{{bodySha256 | bytes}}"},
    {"X-Sign": b64(mac(b"%d\na=3&b=2&b=1\n" % TIME + hashlib.sha256(JSON.encode()).digest())), "X-Time": str(TIME)},
    query="b=2&a=3&b=1", id="evt_1")
add("the SHA-512 of the body in base64", {"signature": sig, "content": "{{body | sha512 | base64}}"},
    {"X-Sign": mac(b64(hashlib.sha512(JSON.encode()).digest())).hex()}, id="evt_1")
add("a digest of the body in a signed header field",
    {"signature": sig, "content": "{{header.X-Digest}}|{{target}}", "bodyHash": {"header": "X-Digest", "after": "sha-512="},
     "bodyHashAlgorithm": "SHA-512", "bodyHashEncoding": "base64"},
    {"X-Digest": "sha-512=" + b64(hashlib.sha512(JSON.encode()).digest()),
     "X-Sign": mac("sha-512=" + b64(hashlib.sha512(JSON.encode()).digest()) + "|/hooks/abc?a=1").hex()}, query="a=1", id="evt_1")
add("fields of the body", {"signature": [{"body": "/sign"}], "content": "{{body./id}}:{{body./amount}}:{{body./none}}"},
    {}, body=json.dumps({"id": "evt_1", "amount": 5, "note": "x", "sign": mac("evt_1:5:").hex()}),
    payload={"id": "evt_1", "amount": "5", "none": ""}, partial=["note"])
add("fields of a form", {"signature": [{"body": "/sign"}], "content": "{{form.id}}|{{form.a b}}"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    body=urllib.parse.urlencode({"id": "evt_1", "a b": "\u00e9&", "note": "x", "sign": mac("evt_1|\u00e9&").hex()}),
    payload={"id": "evt_1", "a b": "\u00e9&"}, partial=["note"])
add("fields of JSON in a multipart form",
    {"signature": [{"body": "/json/event/hash"}], "content": "{{body./json/event/time}}{{body./json/event/type}}"},
    {"Content-Type": "multipart/form-data; boundary=b"},
    body='--b\r\nContent-Disposition: form-data; name="json"\r\n\r\n%s\r\n--b--\r\n' % json.dumps(
        {"event": {"time": str(TIME), "type": "signed", "hash": mac("%dsigned" % TIME).hex()}}),
    payload={"json": {"event": {"time": str(TIME), "type": "signed"}}})
add("a parameter in lower case, and a header field",
    {"signature": [{"header": "X-Sign", "items": ",", "after": "v1="}], "timestamp": {"header": "X-Sign", "items": ",", "after": "ts="},
     "timestampUnit": "seconds-or-millis", "content": "id:{{query.data.id | lower}};request-id:{{header.x-request-id}};ts:{{timestamp}};"},
    {"X-Sign": "ts=%d,v1=%s" % (TIME * 1000, mac("id:ab1;request-id:r-1;ts:%d;" % (TIME * 1000)).hex()), "X-Request-Id": "r-1"},
    query="data.id=AB1&type=order")
add("an item by position", {"signature": [{"header": "X-Sign", "items": ","}], "timestamp": {"header": "X-Sign", "part": {"separator": ",", "index": 0}},
                            "timestampUnit": "millis", "content": "{{timestamp}}.{{body}}"},
    {"X-Sign": "%d,%s,%s" % (TIME * 1000, "00" * 32, mac("%d.%s" % (TIME * 1000, JSON)).hex())}, id="evt_1")
add("pairs of key id and signature", {"algorithm": "HmacSHA1", "signature": [{"body": "/sign", "items": "&", "part": {"separator": "|", "index": 1}}],
                                      "key": "{{secret | sha1 | bytes}}", "content": "{{form.load}}"}, {},
    body=urllib.parse.urlencode({"load": "PGE+\nPC9hPg==", "sign": "k1|%s&k2|%s" % ("00" * 20, mac(
        "PGE+\nPC9hPg==", hashlib.sha1, hashlib.sha1(SECRET.encode()).digest()).hex())}), payload={"load": "PGE+\nPC9hPg=="})
listed = "x-time,content-type"
add("a list of signed header fields, names and values",
    {"signature": sig, "content": "{{method}}\n{{target}}\n{{signedHeaders}}\n{{body}}", "timestamp": {"header": "X-Time"},
     "signedHeaders": {"list": {"header": "X-Signed"}, "nameEnd": ":", "separator": ";"}},
    {"Content-Type": "application/json", "X-Time": str(TIME), "X-Signed": listed,
     "X-Sign": mac("POST\n/hooks/abc?a=1\nx-time:%d;content-type:application/json\n%s" % (TIME, JSON)).hex()}, query="a=1", id="evt_1")
add("a list of signed header fields, only values",
    {"signature": [{"header": "X-Sign", "items": ",", "after": "v1="}], "timestamp": {"header": "X-Sign", "items": ",", "after": "t="},
     "content": "{{timestamp}}.{{header.X-Names}}.{{signedHeaders}}.{{body}}",
     "signedHeaders": {"list": {"header": "X-Sign", "items": ",", "after": "h="}, "nameEnd": "", "separator": "."}},
    {"X-Names": "x-b x-a", "X-A": "1", "X-B": "2",
     "X-Sign": "t=%d,h=x-b x-a,v1=%s" % (TIME, mac("%d.x-b x-a.2.1.%s" % (TIME, JSON)).hex())}, id="evt_1")
date = formatdate(TIME, usegmt=True)
digest = "SHA-256=" + b64(hashlib.sha256(JSON.encode()).digest())
add("draft-cavage-http-signatures",
    {"signature": [{"header": "Signature", "items": ",", "after": 'signature="', "before": '"'}], "encoding": "base64",
     "content": "{{signedHeaders}}", "timestamp": {"header": "Date"}, "timestampUnit": "http-date",
     "bodyHash": {"header": "Digest", "after": "SHA-256="}, "bodyHashEncoding": "base64",
     "signedHeaders": {"list": {"header": "Signature", "items": ",", "after": 'headers="', "before": '"'}, "nameEnd": ": ", "separator": "\n"}},
    {"Date": date, "Digest": digest, "Host": "app.example.com",
     "Signature": 'keyId="k",algorithm="hmac-sha256",headers="(request-target) host date digest",signature="%s"' % b64(mac(
         "(request-target): post /hooks/abc?a=1\nhost: app.example.com\ndate: %s\ndigest: %s" % (date, digest)))},
    query="a=1", id="evt_1")
add("a secret in the content", {"signature": sig, "encoding": "base64", "timestamp": {"header": "X-Time"}, "timestampUnit": "millis",
                                "content": "{{timestamp}}\n{{secret}}"},
    {"X-Sign": b64(mac("%d\n%s" % (TIME * 1000, SECRET))), "X-Time": str(TIME * 1000)})
add("a plain SHA-1", {"algorithm": "SHA-1", "signature": sig, "content": "{{body}}{{timestamp}}{{secret}}", "timestamp": {"header": "X-Time"}},
    {"X-Sign": hashlib.sha1((JSON + str(TIME) + SECRET).encode()).hexdigest(), "X-Time": str(TIME)}, id="evt_1")
add("a plain MD5 of fields", {"algorithm": "MD5", "signature": [{"body": "/sign"}], "content": "{{secret}}~{{form.id}}~{{form.sum}}"}, {},
    body=urllib.parse.urlencode({"id": "evt_1", "sum": "5.0", "sign": hashlib.md5((SECRET + "~evt_1~5.0").encode()).hexdigest()}),
    payload={"id": "evt_1", "sum": "5.0"})
add("another HMAC than usual", {"algorithm": "HmacSHA1", "alternativeAlgorithms": ["HmacSHA512"], "signature": sig},
    {"X-Sign": mac(JSON, hashlib.sha512).hex()}, id="evt_1")
for url, query, signed in ((URL, "a='", URL.replace("com/", "com:443/") + "?a=%27"), (URL.replace("com/", "com:443/"), "a=%27", URL + "?a='")):
    add("another form of the URL " + signed, {"signature": sig, "content": "{{url}}{{body}}", "urlVariants": True},
        {"X-Sign": mac(signed + JSON).hex()}, query=query, id="evt_1")
    all[-1]["url"] = url
add("a decoded URL", {"signature": sig, "content": "{{url | decodeReserved}}{{body}}"},
    {"X-Sign": mac(URL + "?a=x/y:@%26%3D" + JSON).hex()}, query="a=x%2Fy%3a%40%26%3D", id="evt_1")
add("base64url without padding", {"signature": sig, "secretEncoding": "base64", "secretPrefix": "whsec_"},
    {"X-Sign": mac(JSON, key=b"\xfb\xef\xff0").hex()}, secret="whsec_--__MA", id="evt_1")
for secret, key in (("whsec_c2VjcmV0", b"secret"), ("plain_text-secret", b"plain_text-secret"), ("not base64!", b"not base64!")):
    add("base64 or text: " + secret, {"signature": sig, "secretEncoding": "base64-or-utf8", "secretPrefix": "whsec_"},
        {"X-Sign": mac(JSON, key=key).hex()}, secret=secret, id="evt_1")
with tempfile.TemporaryDirectory() as d:
    key, data, pub = (os.path.join(d, n) for n in ("key", "data", "pub"))
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
    subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-out", pub], check=True, capture_output=True)
    open(data, "wb").write(JSON.encode())
    for digits in ("256", "512"):
        signed = subprocess.run(["openssl", "dgst", "-sha" + digits, "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest",
                                 "-sign", key, data], check=True, capture_output=True).stdout
        add("RSASSA-PSS with SHA-" + digits, {"algorithm": "SHA%swithRSA/PSS" % digits, "signature": sig, "encoding": "base64"},
            {"X-Sign": b64(signed)}, key=open(pub).read(), id="evt_1")

json.dump(all, sys.stdout, indent=1, ensure_ascii=True)
