package io.httpconnector.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import java.io.ByteArrayInputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** SAML assertions, verified by the JDK: RFC 7522 and XML Signature. */
class SamlAssertionTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static KeyPair keys;
    private static Secret pem;

    @BeforeAll
    static void createKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        keys = generator.generateKeyPair();
        pem = Secret.of("-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n");
    }

    private static Document parsed(String xml) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document document =
                factory.newDocumentBuilder().parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        document.getDocumentElement().setIdAttribute("ID", true);
        return document;
    }

    private static boolean isValid(Document document) throws Exception {
        Element signature = (Element)
                document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature").item(0);
        DOMValidateContext context = new DOMValidateContext(keys.getPublic(), signature);
        return XMLSignatureFactory.getInstance("DOM")
                .unmarshalXMLSignature(context)
                .validate(context);
    }

    @Test
    void aTokenIsRequestedWithASignedAssertion() throws Exception {
        try (MockService service = MockService.start()) {
            service.on("POST", "/token", MockResponse.json("{\"access_token\": \"t1\"}"));
            service.on("GET", "/api", MockResponse.status(200));
            SamlAssertion assertion = SamlAssertion.of("app", "ann & <bob>", pem)
                    .audience("https://sso.example.com")
                    .attribute("api_key", "k\"1");
            try (HttpConnection connection = HttpConnection.named("SuccessFactors")
                    .baseUrl(service.baseUrl())
                    .auth(OAuth2.samlBearer(assertion)
                            .tokenUrl(service.baseUrl() + "/token")
                            .publicClient("c")
                            .timeSource(new VirtualTime(NOON))
                            .build())
                    .build()) {
                connection.send(Request.get("/api"));
            }
            String body = service.requests().get(0).body();
            assertThat(body)
                    .contains("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Asaml2-bearer", "client_id=c");
            String encoded =
                    URLDecoder.decode(body.replaceFirst(".*assertion=([^&]*).*", "$1"), StandardCharsets.UTF_8);
            String xml = new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8);
            assertThat(isValid(parsed(xml))).isTrue();
            assertThat(isValid(parsed(xml.replace("ann ", "eve ")))).isFalse();
            assertThat(xml)
                    .contains("ann &amp; &lt;bob&gt;", "Recipient=\"" + service.baseUrl() + "/token\"")
                    .contains("NotOnOrAfter=\"2026-01-01T12:05:00Z\"", "NotBefore=\"2026-01-01T11:59:00Z\"")
                    .contains(">https://sso.example.com<", "Name=\"api_key\"");
            assertThat(service.requests().get(1).header("Authorization")).contains("Bearer t1");
        }
    }

    @Test
    void invalidValuesAreReported() {
        assertThatThrownBy(() -> SamlAssertion.of("", "ann", pem)).hasMessageContaining("issuer");
        assertThatThrownBy(() -> SamlAssertion.of("app", "ann", Secret.of("s3cret")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageNotContaining("s3cret");
        assertThat(SamlAssertion.of("app", "ann", pem)).hasToString("SamlAssertion of app");
    }
}
