package io.httpconnector.auth;

import io.httpconnector.AuthStrategy;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.internal.SortedQuery;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.text.PercentEncoding;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * AWS Signature Version 4, for AWS and services with the same protocol. Each attempt is signed separately. The signature
 * covers the method, the URL, the host, the media type, the header fields that start with {@code X-Amz-}, and the body. Immutable:
 * each method returns a new strategy.
 *
 * <p>The services of S3 ({@code s3}, {@code s3-object-lambda}, {@code s3-outposts}, {@code s3express}) have their own canonical
 * URIs, and accept a streamed body, as an unsigned payload. A request to any service may have its own
 * {@code X-Amz-Content-Sha256} header, such as {@code UNSIGNED-PAYLOAD}; this value is signed instead of the body.
 *
 * <pre>{@code
 * .auth(AwsAuth.of("AKIAIOSFODNN7EXAMPLE", Secret.fromEnv("AWS_SECRET_ACCESS_KEY"), "eu-central-1", "execute-api"))
 * }</pre>
 */
public final class AwsAuth implements AuthStrategy {

    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final String UNSIGNED = "UNSIGNED-PAYLOAD";
    private static final String PAYLOAD_HEADER = "X-Amz-Content-Sha256";
    private static final Set<String> S3_SERVICES = Set.of("s3", "s3-object-lambda", "s3-outposts", "s3express");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final byte[] NO_BODY = {};

    private final Supplier<AwsCredentials> credentials;
    private final String region;
    private final String service;
    private final TimeSource timeSource;

    private AwsAuth(Supplier<AwsCredentials> credentials, String region, String service, TimeSource timeSource) {
        this.credentials = credentials;
        this.region = region;
        this.service = service;
        this.timeSource = timeSource;
    }

    /**
     * Signs with an access key.
     *
     * @param accessKeyId the id of the key
     * @param secretAccessKey the key; one by {@link Secret#from} is looked up for each request
     * @param region such as {@code eu-central-1}
     * @param service the signing name of the service, such as {@code s3} or {@code execute-api}
     * @return the strategy
     * @throws InvalidDefinitionException if a value is missing or invalid
     */
    public static AwsAuth of(String accessKeyId, Secret secretAccessKey, String region, String service) {
        List<String> problems = new ArrayList<>();
        for (Map.Entry<String, String> text : Map.of(
                        "access key id", "" + accessKeyId, "region", "" + region, "service", "" + service)
                .entrySet()) {
            if (!text.getValue().matches("[A-Za-z0-9_.-]+") || text.getValue().equals("null")) {
                problems.add(text.getKey() + ": it must consist of letters, digits, \"-\", \"_\" and \".\"");
            }
        }
        if (secretAccessKey == null) {
            problems.add("secret access key: it is null");
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("AWS signature", problems);
        }
        AwsCredentials credentials = AwsCredentials.of(accessKeyId, secretAccessKey);
        return new AwsAuth(() -> credentials, region, service, TimeSource.SYSTEM);
    }

    /**
     * Signs with credentials that are looked up for each request, such as temporary ones that a vault rotates.
     *
     * @param credentials supplies the credentials; called on the sending thread
     * @param region such as {@code eu-central-1}
     * @param service the signing name of the service
     * @return the strategy
     * @throws InvalidDefinitionException if a value is missing or invalid
     */
    public static AwsAuth of(Supplier<AwsCredentials> credentials, String region, String service) {
        AwsAuth checked = of("x", Secret.of("x"), region, service);
        if (credentials == null) {
            throw new InvalidDefinitionException("AWS signature", List.of("credentials: they are null"));
        }
        return new AwsAuth(credentials, checked.region, checked.service, TimeSource.SYSTEM);
    }

    /**
     * Signs with the temporary credentials of a role, which the Security Token Service issues for a web identity token
     * ({@code AssumeRoleWithWebIdentity}), such as that of a Kubernetes service account.
     *
     * @param role the role
     * @param token the token; one by {@link Secret#from} is looked up for each request to STS
     * @param region such as {@code eu-central-1}
     * @param service the signing name of the service
     * @return the strategy
     * @throws InvalidDefinitionException if a value is missing or invalid
     */
    public static AuthStrategy webIdentity(AwsRole role, Secret token, String region, String service) {
        AwsAuth checked = of("x", Secret.of("x"), region, service);
        if (role == null || token == null) {
            throw new InvalidDefinitionException("AWS role", List.of("role and token: one of them is null"));
        }
        return role.login(
                "AssumeRoleWithWebIdentity",
                request -> request.bodyField("WebIdentityToken", token),
                checked.region,
                checked.service,
                TimeSource.SYSTEM);
    }

    /**
     * Signs with the temporary credentials of a role, which the Security Token Service issues for these credentials
     * ({@code AssumeRole}).
     *
     * @param role the role
     * @return the strategy
     * @throws InvalidDefinitionException if the role is null
     */
    public AuthStrategy assumeRole(AwsRole role) {
        if (role == null) {
            throw new InvalidDefinitionException("AWS role", List.of("role: it is null"));
        }
        AwsAuth sts = new AwsAuth(credentials, region, "sts", timeSource);
        return role.login("AssumeRole", sts::apply, region, service, timeSource);
    }

    /**
     * Adds the session token of temporary credentials.
     *
     * @param token the token
     * @return a new strategy
     */
    public AwsAuth sessionToken(Secret token) {
        return new AwsAuth(() -> credentials.get().sessionToken(token), region, service, timeSource);
    }

    /**
     * Sets the time source by which requests are signed, for tests. Default: the system time.
     *
     * @param timeSource the time source
     * @return a new strategy
     */
    public AwsAuth timeSource(TimeSource timeSource) {
        return new AwsAuth(credentials, region, service, timeSource);
    }

    @Override
    public Request apply(Request request) {
        AwsCredentials now = credentials.get();
        String time = TIME.format(timeSource.now());
        String payload = payload(request);
        Request dated = request.header("X-Amz-Date", time);
        if (isS3()) {
            dated = dated.header(PAYLOAD_HEADER, payload);
        }
        if (now.sessionToken().isPresent()) {
            dated = dated.header("X-Amz-Security-Token", now.sessionToken().get());
        }
        Map<String, String> headers = signedHeaders(dated);
        String names = String.join(";", headers.keySet());
        String scope = time.substring(0, 8) + "/" + region + "/" + service + "/aws4_request";
        String canonical = canonical(dated, headers, names, payload);
        String toSign = ALGORITHM + "\n" + time + "\n" + scope + "\n" + hex(Hashing.sha256(bytes(canonical)));
        return dated.header(
                "Authorization",
                now.secretAccessKey()
                        .map(key -> ALGORITHM + " Credential=" + now.accessKeyId() + "/" + scope + ", SignedHeaders="
                                + names + ", Signature=" + signature(key, time, toSign)));
    }

    private String signature(String key, String time, String toSign) {
        byte[] derived = bytes("AWS4" + key);
        for (String part : List.of(time.substring(0, 8), region, service, "aws4_request")) {
            derived = Hashing.hmac("HmacSHA256", derived, bytes(part));
        }
        return hex(Hashing.hmac("HmacSHA256", derived, bytes(toSign)));
    }

    private boolean isS3() {
        return S3_SERVICES.contains(service);
    }

    private String payload(Request request) {
        return request.header(PAYLOAD_HEADER).map(String::strip).orElseGet(() -> hashOfBody(request));
    }

    private String hashOfBody(Request request) {
        try {
            return hex(Hashing.sha256(request.body().map(Body::toBytes).orElse(NO_BODY)));
        } catch (InvalidDefinitionException e) {
            if (isS3()) {
                return UNSIGNED;
            }
            throw e;
        }
    }

    private static Map<String, String> signedHeaders(Request request) {
        Map<String, String> headers = new TreeMap<>();
        headers.put("host", request.uri().getRawAuthority());
        for (String name : request.headerNames()) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-amz-")) {
                headers.put(lower, collapsed(request.header(name).orElse("")));
            }
        }
        request.header("Content-Type")
                .or(() -> request.body().map(Body::contentType))
                .ifPresent(value -> headers.put("content-type", collapsed(value)));
        return headers;
    }

    private static String collapsed(String value) {
        return value.replaceAll("[ \\t]+", " ").strip();
    }

    private String canonical(Request request, Map<String, String> headers, String names, String payload) {
        StringBuilder lines = new StringBuilder()
                .append(request.method())
                .append('\n')
                .append(path(request.uri()))
                .append('\n')
                .append(SortedQuery.canonical(request.uri()))
                .append('\n');
        headers.forEach(
                (name, value) -> lines.append(name).append(':').append(value).append('\n'));
        return lines.append('\n').append(names).append('\n').append(payload).toString();
    }

    /**
     * Returns the canonical URI. S3 encodes each segment once, independent of its encoding in the request. The other services encode
     * the path of the request line once more, without empty segments. A {@link Request} has no dot segments.
     */
    private String path(URI uri) {
        String path = uri.getRawPath();
        if (path.isEmpty()) {
            return "/";
        }
        if (isS3()) {
            return Arrays.stream(path.split("/", -1)).map(AwsAuth::reencoded).collect(Collectors.joining("/"));
        }
        return Arrays.stream(path.replaceAll("/+", "/").split("/", -1))
                .map(segment -> PercentEncoding.encode(bytes(segment)))
                .collect(Collectors.joining("/"));
    }

    /** Decodes and re-encodes byte by byte, as the bytes need not be UTF-8. */
    private static String reencoded(String text) {
        return PercentEncoding.encode(PercentEncoding.decode(bytes(text)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public String toString() {
        return "AwsAuth";
    }
}
