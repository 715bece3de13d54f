package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.tls.ClientCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Private keys as OpenSSL writes them: the files were written by it. */
class KeyFormatsTest {

    private static final String PASSWORD = "p\u00e4ssw\u00f6rd\u20ac";

    private static byte[] resource(String name) {
        try (InputStream in = KeyFormatsTest.class.getResourceAsStream("/keys/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ClientCertificate read(byte[] key, @Nullable String password) {
        return ClientCertificate.pem(resource("client.crt"), key, password == null ? null : Secret.of(password));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v2-aes-128-cbc",
                "v2-aes-192-cbc",
                "v2-aes-256-cbc",
                "v2-des3",
                "v2-des",
                "prf-hmacWithSHA1",
                "prf-hmacWithSHA224",
                "prf-hmacWithSHA384",
                "prf-hmacWithSHA512",
                "old-aes128",
                "old-aes192",
                "old-aes256",
                "old-des3"
            })
    void encryptedKeyIsRead(String name) {
        assertThat(read(resource(name + ".pem"), PASSWORD)).isNotNull();
        assertThatThrownBy(() -> read(resource(name + ".pem"), "wrong"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageMatching("(?s).*(is the password right|it is not a key of).*");
        assertThatThrownBy(() -> read(resource(name + ".pem"), null))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("it is encrypted: give its password");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1-PBE-MD5-DES", "v1-PBE-SHA1-3DES", "v1-PBE-SHA1-RC2-128"})
    void keyInAnOlderSchemeIsRead(String name) {
        assertThat(read(resource(name + ".pem"), "secret")).isNotNull();
        assertThatThrownBy(() -> read(resource(name + ".pem"), "wrong")).hasMessageContaining("is the password right");
        assertThatThrownBy(() -> read(resource(name + ".pem"), PASSWORD))
                .hasMessageContaining("a password with characters beyond ASCII, which can't be read: \"openssl pkcs8");
    }

    @ParameterizedTest
    @CsvSource({
        "scrypt, scrypt",
        "v2-aria-256-cbc, the algorithm 1.2.410.200046.1.1.12",
        "v2-camellia-256-cbc, the algorithm 1.2.392.200011.61.1.1.1.4",
        "v2-rc2, the algorithm 1.2.840.113549.3.2",
        "prf-hmacWithSHA512-256, the algorithm 1.2.840.113549.2.13",
        "old-des, DES-CBC",
        "old-camellia128, CAMELLIA-128-CBC"
    })
    void otherEncryptionIsNamedWithTheCommandThatConvertsIt(String name, String algorithm) {
        assertThatThrownBy(() -> read(resource(name + ".pem"), PASSWORD))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("it is encrypted with " + algorithm
                        + ", which can't be read: \"openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -out new.pem\""
                        + " converts it");
    }

    @Test
    void encryptionThatOnlySomeProvidersKnowIsNamed() {
        assertThatThrownBy(() -> read(resource("v1-PBE-SHA1-DES.pem"), PASSWORD))
                .hasMessageMatching(
                        "(?s).*(the algorithm 1.2.840.113549.1.5.10|PBEWithSHA1AndDES).*, which can't be read:"
                                + " \"openssl pkcs8 -topk8 .*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "ec-sec1", "v2-aes-256-cbc", "old-aes128"})
    void endsOfLinesMayBeWrittenInOtherWays(String name) {
        String pem = new String(resource(name + ".pem"), StandardCharsets.US_ASCII);
        for (String end : new String[] {"\\n", "\\r\\n", "\r\n", "\\n\n", "\n\n"}) {
            assertThat(read(pem.replace("\n", end).getBytes(StandardCharsets.US_ASCII), PASSWORD))
                    .isNotNull();
        }
        String certificate = new String(resource("client.crt"), StandardCharsets.US_ASCII);
        assertThat(ClientCertificate.pem(
                        certificate.replace("\n", "\\n").getBytes(StandardCharsets.US_ASCII),
                        resource("plain.pem"),
                        null))
                .isNotNull();
    }

    @Test
    void damagedKeyIsReported() {
        String pem = new String(resource("v2-aes-256-cbc.pem"), StandardCharsets.US_ASCII);
        int middle = pem.length() / 2;

        assertThatThrownBy(() -> read(pem.substring(0, middle).getBytes(StandardCharsets.US_ASCII), PASSWORD))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("there is no private key");
        assertThatThrownBy(() -> read(
                        (pem.substring(0, middle) + "!" + pem.substring(middle)).getBytes(StandardCharsets.US_ASCII),
                        PASSWORD))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("is not valid Base64");
        assertThatThrownBy(() -> read(
                        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"
                                .getBytes(StandardCharsets.US_ASCII),
                        PASSWORD))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("it is not a PKCS #8 structure, or was cut off");
    }

    @Test
    void manyHeadersAreNoProblem() {
        String pem = "-----BEGIN EC PRIVATE KEY-----\n" + "X-Header: x\n".repeat(100_000) + "\n"
                + new String(resource("ec-sec1.pem"), StandardCharsets.US_ASCII)
                        .replace("-----BEGIN EC PRIVATE KEY-----\n", "");

        assertThat(read(pem.getBytes(StandardCharsets.US_ASCII), null)).isNotNull();
        assertThatThrownBy(() -> read("-----BEGIN A-----".repeat(100_000).getBytes(StandardCharsets.US_ASCII), null))
                .isInstanceOf(InvalidDefinitionException.class);
    }
}
