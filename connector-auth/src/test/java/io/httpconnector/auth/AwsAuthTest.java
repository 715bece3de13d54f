package io.httpconnector.auth;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests with the requests and signatures of the Signature Version 4 test suite of AWS. */
class AwsAuthTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static final Secret KEY = Secret.of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    private static final VirtualTime CLOCK = new VirtualTime(Instant.parse("2015-08-30T12:36:00Z"));
    private static final AwsAuth AUTH =
            AwsAuth.of("AKIDEXAMPLE", KEY, "us-east-1", "service").timeSource(CLOCK);
    private static final String HOST = "https://example.amazonaws.com";

    private static String authorization(AwsAuth auth, Request request) {
        return auth.apply(request).header("Authorization").orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, 5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        "GET, /-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz,"
                + " 07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
        "GET, /?Param2=value2&Param1=value1, b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        "GET, /?Param1=value2&Param1=value1, 5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694",
        "GET, /?Param1=value1, a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
        "GET, /?%E1%88%B4=bar, 2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
        "GET, /?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz,"
                + " 9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
        "GET, //example//, 9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
        "GET, /example/$delete, a853c9b21b528b19643d00910d35b83a10c366a10833ceefb45edd6c80e40f27",
        "POST, /, 5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    })
    void signatureMatchesTheAwsTestSuite(String method, String path, String signature) {
        assertThat(authorization(AUTH, Request.of(method, HOST + path)))
                .isEqualTo("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
                        + " SignedHeaders=host;x-amz-date, Signature=" + signature);
    }

    @ParameterizedTest
    @CsvSource({
        "application/x-www-form-urlencoded, ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        "application/x-www-form-urlencoded; charset=utf8,"
                + " 1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"
    })
    void bodyAndMediaTypeAreSigned(String contentType, String signature) {
        Body body = Body.bytes("Param1=value1".getBytes(StandardCharsets.UTF_8), contentType);
        assertThat(authorization(AUTH, Request.post(HOST + "/").body(body)))
                .contains("SignedHeaders=content-type;host;x-amz-date,")
                .endsWith("Signature=" + signature);
    }

    @Test
    void sessionTokenIsSignedAndSent() {
        Request signed = AUTH.sessionToken(Secret.of("AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwd"
                        + "QWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0"
                        + "KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9"
                        + "Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="))
                .apply(Request.post(HOST + "/"));
        assertThat(signed.header("Authorization").orElseThrow())
                .contains("SignedHeaders=host;x-amz-date;x-amz-security-token,")
                .endsWith("Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead");
    }

    /** The example "GET Bucket Lifecycle" of the S3 documentation. */
    @Test
    void s3IsSignedByItsOwnRules() {
        Secret key = Secret.of("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        AwsAuth s3 = AwsAuth.of("AKIAIOSFODNN7EXAMPLE", key, "us-east-1", "s3")
                .timeSource(new VirtualTime(Instant.parse("2013-05-24T00:00:00Z")));
        assertThat(authorization(s3, Request.get("https://examplebucket.s3.amazonaws.com/?lifecycle")))
                .contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date,")
                .endsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    }

    /** AWS rejects a request with such a field that is not signed. */
    @Test
    void allAmzHeaderFieldsAreSigned() {
        Request put = Request.put(HOST + "/")
                .header("x-amz-acl", "private")
                .header("X-Amz-Meta-Note", " a  b ")
                .header("X-Other", "c");
        assertThat(authorization(AUTH, put)).contains("SignedHeaders=host;x-amz-acl;x-amz-date;x-amz-meta-note,");
        assertThat(authorization(AUTH, put))
                .isNotEqualTo(authorization(AUTH, put.header("x-amz-acl", "public-read")))
                .isEqualTo(authorization(AUTH, put.header("X-Other", "d")));
    }

    @Test
    void signedRequestIsSentUnchanged() {
        service.stubFor(any(anyUrl()).willReturn(ok()));
        try (HttpConnection s3 = HttpConnection.named("S3")
                .baseUrl(service.baseUrl())
                .auth(AwsAuth.of("AKIDEXAMPLE", KEY, "us-east-1", "s3").timeSource(CLOCK))
                .build()) {
            s3.send(Request.put("/bucket/a%20b")
                    .body(Body.stream(new ByteArrayInputStream(new byte[10]), "application/octet-stream")));
        }
        service.verify(putRequestedFor(urlEqualTo("/bucket/a%20b"))
                .withHeader("X-Amz-Date", equalTo("20150830T123600Z"))
                .withHeader("X-Amz-Content-Sha256", equalTo("UNSIGNED-PAYLOAD"))
                .withHeader("Host", equalTo("localhost:" + service.getPort()))
                .withHeader("Content-Type", equalTo("application/octet-stream"))
                .withHeader(
                        "Authorization",
                        matching(".*SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, .*")));
    }

    @Test
    void streamedBodyIsRejectedIfItMustBeSigned() {
        Request upload = Request.put(HOST + "/")
                .body(Body.stream(new ByteArrayInputStream(new byte[10]), "application/octet-stream"));
        assertThatThrownBy(() -> AUTH.apply(upload))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("its bytes are known only when they are sent");
    }

    @Test
    void missingValuesAreReported() {
        assertThatThrownBy(() -> AwsAuth.of(null, null, "", "a b"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("access key id:")
                .hasMessageContaining("region:")
                .hasMessageContaining("service:")
                .hasMessageContaining("secret access key: it is null");
    }
}
