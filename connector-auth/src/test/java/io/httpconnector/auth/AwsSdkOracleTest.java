package io.httpconnector.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Body;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import io.httpconnector.testing.VirtualTime;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** Requests have the same signature with {@link AwsAuth} and with the AWS SDK. */
class AwsSdkOracleTest {

    private static final VirtualTime TIME = new VirtualTime(Instant.parse("2024-05-22T09:30:00Z"));
    private static final Set<String> S3 = Set.of("s3", "s3-object-lambda", "s3-outposts", "s3express");
    private static final List<String> SERVICES = List.of(
            "s3",
            "s3-object-lambda",
            "s3-outposts",
            "s3express",
            "execute-api",
            "sqs",
            "sns",
            "dynamodb",
            "lambda",
            "sts",
            "iam",
            "es",
            "aoss",
            "bedrock",
            "appsync",
            "s3tables",
            "s3vectors");
    private static final String PUNCTUATION = "!$&'()*+,;=:@-._~";
    private static final long SEED = 20_240_522;
    private static final int REQUESTS = 600;

    /** A request: the decoded segments of its path, and their form in the URL. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Sample(
            String service,
            String method,
            String wirePath,
            String sdkPath,
            String query,
            Map<String, String> headers,
            byte[] body,
            boolean session) {}

    private static AwsAuth auth(Sample sample) {
        AwsAuth auth = AwsAuth.of("AKIDEXAMPLE", Secret.of("secret/key+"), "eu-central-1", sample.service)
                .timeSource(TIME);
        return sample.session ? auth.sessionToken(Secret.of("session/token+=")) : auth;
    }

    private static String ours(Sample sample) {
        Request request =
                Request.of(sample.method, "https://bucket.example.amazonaws.com" + sample.wirePath + sample.query);
        for (Map.Entry<String, String> header : sample.headers.entrySet()) {
            request = request.header(header.getKey(), header.getValue());
        }
        if (sample.body.length > 0) {
            request = request.body(Body.bytes(sample.body, "application/octet-stream"));
        }
        if (!S3.contains(sample.service)) {
            // The SDK sends it to every service.
            request = request.header(
                    "X-Amz-Content-Sha256", sample.headers.getOrDefault("X-Amz-Content-Sha256", hash(sample.body)));
        }
        return auth(sample).apply(request).header("Authorization").orElseThrow();
    }

    private static String hash(byte[] body) {
        return HexFormat.of().formatHex(Hashing.sha256(body));
    }

    private static String oracle(Sample sample) {
        SdkHttpRequest.Builder request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.fromValue(sample.method))
                .uri(URI.create("https://bucket.example.amazonaws.com/" + sample.query))
                .encodedPath(sample.sdkPath);
        sample.headers.forEach(request::putHeader);
        if (sample.body.length > 0 && !sample.headers.containsKey("Content-Type")) {
            request.putHeader("Content-Type", "application/octet-stream");
        }
        boolean isS3 = S3.contains(sample.service);
        AwsCredentialsIdentity identity = sample.session
                ? AwsSessionCredentialsIdentity.create("AKIDEXAMPLE", "secret/key+", "session/token+=")
                : AwsCredentialsIdentity.create("AKIDEXAMPLE", "secret/key+");
        SignedRequest signed = AwsV4HttpSigner.create()
                .sign(r -> r.identity(identity)
                        .request(request.build())
                        .payload(() -> new ByteArrayInputStream(sample.body))
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, sample.service)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-central-1")
                        .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(TIME.now(), ZoneOffset.UTC))
                        .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, !isS3)
                        .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, !isS3)
                        .putProperty(
                                AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED,
                                !"UNSIGNED-PAYLOAD".equals(sample.headers.get("X-Amz-Content-Sha256"))));
        return signed.request().firstMatchingHeader("Authorization").orElseThrow();
    }

    private static Sample sample(Random random, String service) {
        StringBuilder wire = new StringBuilder();
        StringBuilder sdk = new StringBuilder();
        boolean isS3 = S3.contains(service);
        for (int i = random.nextInt(5); i >= 0; i--) {
            String segment = text(random);
            if (segment.matches("\\.{1,2}")) {
                segment = "x";
            }
            String encoded = encoded(segment, random);
            wire.append('/').append(encoded);
            // The SDK signs the path for S3 as it is, so it gets the form that AWS expects.
            sdk.append('/').append(isS3 ? encodedFully(segment) : encoded);
        }
        StringBuilder query = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            query.append(query.isEmpty() ? "?" : "&")
                    .append(encoded(name(random), random).replace("+", "%2B"));
            if (random.nextInt(5) > 0) {
                query.append('=').append(encoded(text(random), random).replace("+", "%2B"));
            }
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            headers.put("x-amz-meta-" + (char) ('a' + random.nextInt(26)), spaced(random));
        }
        if (random.nextInt(3) == 0) {
            headers.put("Content-Type", "text/plain; " + spaced(random) + "; charset=utf-8");
        }
        String method = List.of("GET", "PUT", "POST", "DELETE").get(random.nextInt(4));
        byte[] body = method.startsWith("P") ? text(random).getBytes(StandardCharsets.UTF_8) : new byte[0];
        return new Sample(
                service,
                method,
                wire.toString(),
                sdk.toString(),
                query.toString(),
                headers,
                body,
                random.nextInt(3) == 0);
    }

    private static String name(Random random) {
        return (char) ('a' + random.nextInt(4)) + (random.nextBoolean() ? "" : text(random));
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8) + 1; i > 0; i--) {
            switch (random.nextInt(5)) {
                case 0 -> text.append(PUNCTUATION.charAt(random.nextInt(PUNCTUATION.length())));
                case 1 -> text.append(" %/?#[]\"<>|\\^`{}".charAt(random.nextInt(16)));
                case 2 ->
                    text.appendCodePoint(List.of(0xe9, 0x4e2d, 0x1f600, 0xa0).get(random.nextInt(4)));
                default -> text.append((char) ('a' + random.nextInt(26)));
            }
        }
        return text.toString();
    }

    /** Encodes the characters that a URL requires, or more. */
    private static String encoded(String text, Random random) {
        StringBuilder encoded = new StringBuilder();
        text.codePoints().forEach(c -> {
            String one = Character.toString(c);
            boolean mayStay =
                    c < 0x80 && (Character.isLetterOrDigit(c) || PUNCTUATION.contains(one)) && c != '&' && c != '=';
            boolean stays = (Character.isLetterOrDigit(c) && c < 0x80)
                    || "-._~".contains(one)
                    || (mayStay && random.nextBoolean());
            encoded.append(stays ? one : encodedFully(one));
        });
        return encoded.toString();
    }

    private static String encodedFully(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean stays = b > 0 && (Character.isLetterOrDigit(b) || "-._~".indexOf(b) >= 0);
            encoded.append(stays ? String.valueOf((char) b) : String.format("%%%02X", b));
        }
        return encoded.toString();
    }

    private static String spaced(Random random) {
        StringBuilder text = new StringBuilder("v");
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(" ".repeat(random.nextInt(4))).append(random.nextInt(10) == 0 ? "\t" : "w");
        }
        return text.toString();
    }

    @Test
    void generatedRequestsHaveTheSameSignatureAsWithTheSdk() {
        Random random = new Random(SEED);
        for (int i = 0; i < REQUESTS; i++) {
            Sample sample = sample(random, SERVICES.get(i % SERVICES.size()));
            assertThat(ours(sample))
                    .as("seed %d, request %d: %s", SEED, i, sample)
                    .isEqualTo(oracle(sample));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/b/dt=2024-05-22/x.parquet",
                "/b/a(1).txt",
                "/b/@me",
                "/b/a+b",
                "/b/a:b",
                "/b/a*b!'$&,;",
                "/b/%C3%A9",
                "/b/a%20b",
                "/b/a%2Fb",
                "/b//c/",
                "/b/~x-._"
            })
    void keysOfS3AreEncodedOnce(String path) {
        String sdk = encodedFully(
                        path.replace("%C3%A9", "\u00e9").replace("%20", " ").replace("%2F", "\u0000"))
                .replace("%2F", "/")
                .replace("%00", "%2F");
        for (String service : S3) {
            Sample sample = new Sample(service, "GET", path, sdk, "", Map.of(), new byte[0], false);
            assertThat(ours(sample)).as(service).isEqualTo(oracle(sample));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/a=b", "/a(1)@:+", "/a%20b", "/%C3%A9", "/a//b/", "//a", "/a%2Fb"})
    void pathsOfOtherServicesAreNormalizedAndEncodedTwice(String path) {
        for (String service : List.of("execute-api", "sqs", "lambda", "s3tables")) {
            Sample sample = new Sample(service, "GET", path, path, "", Map.of(), new byte[0], false);
            assertThat(ours(sample)).as(service).isEqualTo(oracle(sample));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?b=2&a=1",
                "?a=2&a=1&a=10",
                "?a",
                "?a=",
                "?a&a=1",
                "?lifecycle",
                "?a=b=c",
                "?a=%20+",
                "?A=1&a=1&%41=0",
                "?a-b=1&a=1&a%20=1",
                "?prefix=x/y&delimiter=/",
                "?a=%e9",
                "?marker=%C3%A9"
            })
    void queryIsSortedAndEncoded(String query) {
        for (String service : List.of("s3", "execute-api")) {
            // The parser of the SDK drops everything after a second "=".
            String forSdk = query.replace("%e9", "%C3%A9").replace("b=c", "b%3Dc");
            Sample ours =
                    new Sample(service, "GET", "/", "/", query.replace("%e9", "%c3%a9"), Map.of(), new byte[0], false);
            Sample theirs = new Sample(service, "GET", "/", "/", forSdk, Map.of(), new byte[0], false);
            assertThat(ours(ours)).as(service).isEqualTo(oracle(theirs));
        }
    }

    @ParameterizedTest
    @CsvSource({"s3", "s3-outposts", "s3express", "s3-object-lambda", "execute-api"})
    void bodyNeedNotBeSigned(String service) {
        Sample sample = new Sample(
                service,
                "PUT",
                "/b/k",
                "/b/k",
                "",
                Map.of("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD", "Content-Type", "a/b;  c=\"d  e\" "),
                "body".getBytes(StandardCharsets.UTF_8),
                true);
        assertThat(ours(sample)).isEqualTo(oracle(sample));
    }

    @Test
    void streamIsAnUnsignedPayloadOfAllServicesOfS3() {
        for (String service : S3) {
            Request request = auth(new Sample(service, "PUT", "/", "/", "", Map.of(), new byte[0], false))
                    .apply(Request.put("https://b.example.com/k")
                            .body(Body.stream(new ByteArrayInputStream(new byte[3]), "a/b")));
            assertThat(request.header("X-Amz-Content-Sha256")).as(service).contains("UNSIGNED-PAYLOAD");
        }
    }
}
