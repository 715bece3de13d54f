package io.httpconnector.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Digest authentication without MD5 and RFC 2069. */
class DigestWithoutMd5Test {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "algorithm=MD5, qop=\"auth\" | false",
                "qop=\"auth\" | false",
                "algorithm=SHA-256 | false",
                "algorithm=SHA-256, qop=\"auth\" | true",
                "algorithm=SHA-512-256, qop=\"auth\" | true"
            })
    void weakChallengesAreRefused(String challenge, boolean isAnswered) {
        try (MockService service = MockService.start()) {
            service.on(
                    "GET",
                    "/",
                    request -> request.header("Authorization").isPresent()
                            ? MockResponse.status(200)
                            : MockResponse.status(401)
                                    .header("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", " + challenge));
            try (HttpConnection connection = HttpConnection.named("Camera")
                    .baseUrl(service.baseUrl())
                    .auth(DigestAuth.of("admin", Secret.of("s3cret")).withoutMd5())
                    .build()) {
                if (isAnswered) {
                    assertThat(connection.send(Request.get("/")).status()).isEqualTo(200);
                } else {
                    assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(StatusException.class);
                    assertThat(service.requests()).hasSize(1);
                }
            }
        }
    }
}
