package io.httpconnector.auth;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.xml.XMLConstants;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignatureMethod;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignatureException;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * A SAML 2.0 assertion that the application signs, for {@code OAuth2.samlBearer}: RFC 7522, section 3. Signed by RSA with SHA-256.
 * Immutable: each method returns a new assertion.
 */
public final class SamlAssertion {

    private static final String UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
    /** Accepted by servers whose clock is slow. */
    private static final Duration BACKDATED = Duration.ofMinutes(1);

    private final String issuer;
    private final String subject;
    private final PrivateKey key;
    private final @Nullable X509Certificate certificate;
    private final Map<String, String> settings;
    private final Map<String, String> attributes;
    private final Duration lifetime;

    private SamlAssertion(
            String issuer,
            String subject,
            PrivateKey key,
            @Nullable X509Certificate certificate,
            Map<String, String> settings,
            Map<String, String> attributes,
            Duration lifetime) {
        this.issuer = issuer;
        this.subject = subject;
        this.key = key;
        this.certificate = certificate;
        this.settings = settings;
        this.attributes = attributes;
        this.lifetime = lifetime;
    }

    /**
     * Creates an assertion.
     *
     * @param issuer the issuer that the authorization server knows
     * @param subject the user or the client that the tokens are for
     * @param pem the RSA key, in any PEM format
     * @return the assertion, which is valid for five minutes
     * @throws InvalidDefinitionException if a value is missing or invalid
     */
    public static SamlAssertion of(String issuer, String subject, Secret pem) {
        return new SamlAssertion(
                present("issuer", issuer),
                present("subject", subject),
                JwtKey.pem("RSA", pem),
                null,
                Map.of("format", UNSPECIFIED),
                Map.of(),
                Duration.ofMinutes(5));
    }

    /**
     * Sets the audience: the authorization server.
     *
     * @param audience a URI
     * @return a new assertion
     */
    public SamlAssertion audience(String audience) {
        return with("audience", audience);
    }

    /**
     * Sets the recipient. Default: the token URL.
     *
     * @param url the URL
     * @return a new assertion
     */
    public SamlAssertion recipient(String url) {
        return with("recipient", url);
    }

    /**
     * Sets the format of the subject. Default: unspecified.
     *
     * @param format a URI, such as {@code urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress}
     * @return a new assertion
     */
    public SamlAssertion nameIdFormat(String format) {
        return with("format", format);
    }

    private SamlAssertion with(String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.put(name, present(name, value));
        return new SamlAssertion(issuer, subject, key, certificate, Map.copyOf(all), attributes, lifetime);
    }

    /**
     * Adds an attribute.
     *
     * @param name the name
     * @param value the value
     * @return a new assertion
     */
    public SamlAssertion attribute(String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(attributes);
        all.put(present("attribute", name), present("attribute " + name, value));
        return new SamlAssertion(issuer, subject, key, certificate, settings, all, lifetime);
    }

    /**
     * Adds the certificate of the key to the signature.
     *
     * @param certificate the certificate
     * @return a new assertion
     */
    public SamlAssertion certificate(X509Certificate certificate) {
        return new SamlAssertion(
                issuer, subject, key, present("certificate", certificate), settings, attributes, lifetime);
    }

    /**
     * Sets the lifetime. Default: five minutes.
     *
     * @param lifetime a positive duration
     * @return a new assertion
     */
    public SamlAssertion lifetime(Duration lifetime) {
        if (present("lifetime", lifetime).isNegative() || lifetime.isZero()) {
            throw invalid("lifetime: it is not positive");
        }
        return new SamlAssertion(issuer, subject, key, certificate, settings, attributes, lifetime);
    }

    private static <T> T present(String what, @Nullable T value) {
        if (value == null || value.equals("")) {
            throw invalid(what + ": it is missing");
        }
        return value;
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("SAML assertion", List.of(problem));
    }

    /**
     * Signs an assertion that is valid from now on.
     *
     * @param now the current time
     * @param tokenUrl the token URL, which is the recipient unless another one is set
     * @return the XML text
     */
    public Secret sign(Instant now, String tokenUrl) {
        try {
            Document document = parsed(xml(now.truncatedTo(ChronoUnit.SECONDS), tokenUrl));
            Element assertion = document.getDocumentElement();
            assertion.setIdAttribute("ID", true);
            addSignature(assertion);
            return Secret.of(text(document));
        } catch (GeneralSecurityException
                | MarshalException
                | XMLSignatureException
                | TransformerException
                | ParserConfigurationException
                | SAXException
                | IOException e) {
            throw invalid("it can't be signed: " + e.getClass().getSimpleName());
        }
    }

    private String xml(Instant now, String tokenUrl) {
        String recipient = settings.getOrDefault("recipient", tokenUrl);
        Instant end = now.plus(lifetime);
        StringBuilder xml = new StringBuilder(
                        "<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_")
                .append(UUID.randomUUID())
                .append("\" IssueInstant=\"")
                .append(now)
                .append("\" Version=\"2.0\"><saml2:Issuer>")
                .append(escaped(issuer))
                .append("</saml2:Issuer><saml2:Subject><saml2:NameID Format=\"")
                .append(escaped(settings.getOrDefault("format", UNSPECIFIED)))
                .append("\">")
                .append(escaped(subject))
                .append("</saml2:NameID><saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">")
                .append("<saml2:SubjectConfirmationData NotOnOrAfter=\"")
                .append(end)
                .append("\" Recipient=\"")
                .append(escaped(recipient))
                .append("\"/></saml2:SubjectConfirmation></saml2:Subject><saml2:Conditions NotBefore=\"")
                .append(now.minus(BACKDATED))
                .append("\" NotOnOrAfter=\"")
                .append(end)
                .append("\"><saml2:AudienceRestriction><saml2:Audience>")
                .append(escaped(settings.getOrDefault("audience", tokenUrl)))
                .append(
                        "</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions><saml2:AuthnStatement AuthnInstant=\"")
                .append(now)
                .append(
                        "\"><saml2:AuthnContext><saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:X509")
                .append("</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>");
        if (!attributes.isEmpty()) {
            xml.append("<saml2:AttributeStatement>");
            attributes.forEach((name, value) -> xml.append("<saml2:Attribute Name=\"")
                    .append(escaped(name))
                    .append("\"><saml2:AttributeValue>")
                    .append(escaped(value))
                    .append("</saml2:AttributeValue></saml2:Attribute>"));
            xml.append("</saml2:AttributeStatement>");
        }
        return xml.append("</saml2:Assertion>").toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static Document parsed(String xml) throws ParserConfigurationException, SAXException, IOException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }

    /** Signs the assertion; the signature follows the issuer: SAML 2.0 Core, section 5.4. */
    private void addSignature(Element assertion)
            throws GeneralSecurityException, MarshalException, XMLSignatureException {
        XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
        List<Transform> transforms = List.of(
                factory.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
                factory.newTransform(CanonicalizationMethod.EXCLUSIVE, (TransformParameterSpec) null));
        Reference reference = factory.newReference(
                "#" + assertion.getAttribute("ID"),
                factory.newDigestMethod(DigestMethod.SHA256, null),
                transforms,
                null,
                null);
        SignedInfo info = factory.newSignedInfo(
                factory.newCanonicalizationMethod(CanonicalizationMethod.EXCLUSIVE, (C14NMethodParameterSpec) null),
                factory.newSignatureMethod(SignatureMethod.RSA_SHA256, null),
                List.of(reference));
        KeyInfoFactory keys = factory.getKeyInfoFactory();
        KeyInfo keyInfo = certificate == null ? null : keys.newKeyInfo(List.of(keys.newX509Data(List.of(certificate))));
        factory.newXMLSignature(info, keyInfo)
                .sign(new DOMSignContext(
                        key, assertion, assertion.getFirstChild().getNextSibling()));
    }

    private static String text(Document document) throws TransformerException {
        TransformerFactory factory = TransformerFactory.newDefaultInstance();
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        Transformer transformer = factory.newTransformer();
        transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        StringWriter text = new StringWriter();
        transformer.transform(new DOMSource(document), new StreamResult(text));
        return text.toString();
    }

    /** Omits the key. */
    @Override
    public String toString() {
        return "SamlAssertion of " + issuer;
    }
}
