package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.spring.ConnectorCustomizer;
import io.httpconnector.tls.ClientCertificate;
import io.httpconnector.tls.ServerTrust;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.Collections;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/** Sets the certificates of the SSL bundle that a connection names. When the bundle is reloaded, new sockets use the new ones. */
final class SslBundleCustomizer implements ConnectorCustomizer {

    private final ConnectorsProperties properties;
    private final ObjectProvider<SslBundles> bundles;

    SslBundleCustomizer(ConnectorsProperties properties, ObjectProvider<SslBundles> bundles) {
        this.properties = properties;
        this.bundles = bundles;
    }

    @Override
    public void customize(String connection, ConnectorContext.Builder context) {
        ConnectionProperties options = properties.connections().get(connection);
        ConnectionProperties.Ssl ssl = options == null ? null : options.ssl();
        String name = ssl == null ? null : ssl.bundle();
        if (name == null) {
            return;
        }
        String property = "connectors.connections." + connection + ".ssl.bundle";
        SslBundles all = bundles.getIfAvailable();
        SslBundle bundle;
        try {
            if (all == null) {
                throw new InvalidDefinitionException("connection", property + ": the application has no SSL bundles");
            }
            bundle = all.getBundle(name);
        } catch (NoSuchSslBundleException e) {
            throw new InvalidDefinitionException(
                    "connection", property + ": there is no SSL bundle \"" + name + "\" in spring.ssl.bundle");
        }
        Secret password = Secret.of(UUID.randomUUID().toString());
        Current current = new Current(Material.of(property, name, bundle, password));
        all.addBundleUpdateHandler(name, changed -> current.material = Material.of(property, name, changed, password));
        context.connection(builder -> {
            Material material = current.material;
            if (material.keyStore != null) {
                builder.clientCertificate(
                        ClientCertificate.keyStore(() -> orEmpty(current.material.keyStore), password));
            }
            if (material.authorities != null) {
                builder.trust(ServerTrust.only(() -> orEmpty(current.material.authorities)));
            }
            if (bundle.getOptions().getEnabledProtocols() != null) {
                builder.tlsVersions(bundle.getOptions().getEnabledProtocols());
            }
        });
    }

    private static byte[] orEmpty(byte @Nullable [] content) {
        return content == null ? new byte[0] : content;
    }

    /** The content of the bundle since its last reload. */
    private static final class Current {

        private volatile Material material;

        Current(Material material) {
            this.material = material;
        }
    }

    /** The content of a bundle: a PKCS #12 store with the key and its certificates, and the trusted certificates in PEM. */
    private static final class Material {

        private final byte @Nullable [] keyStore;
        private final byte @Nullable [] authorities;

        private Material(byte @Nullable [] keyStore, byte @Nullable [] authorities) {
            this.keyStore = keyStore;
            this.authorities = authorities;
        }

        static Material of(String property, String name, SslBundle bundle, Secret password) {
            try {
                return new Material(
                        keyStore(bundle, password),
                        authorities(bundle.getStores().getTrustStore()));
            } catch (GeneralSecurityException | IOException e) {
                throw new InvalidDefinitionException(
                        "connection", property + ": \"" + name + "\" cannot be read: " + e.getMessage());
            }
        }

        private static byte @Nullable [] keyStore(SslBundle bundle, Secret password)
                throws GeneralSecurityException, IOException {
            KeyStore store = bundle.getStores().getKeyStore();
            String alias = store == null ? null : alias(store, bundle.getKey().getAlias());
            if (store == null || alias == null) {
                return null;
            }
            String keyPassword = bundle.getKey().getPassword() == null
                    ? bundle.getStores().getKeyStorePassword()
                    : bundle.getKey().getPassword();
            Key key = store.getKey(alias, keyPassword == null ? new char[0] : keyPassword.toCharArray());
            char[] characters = password.reveal().toCharArray();
            KeyStore copy = KeyStore.getInstance("PKCS12");
            copy.load(null, null);
            copy.setKeyEntry("client", key, characters, store.getCertificateChain(alias));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            copy.store(bytes, characters);
            return bytes.toByteArray();
        }

        private static @Nullable String alias(KeyStore store, @Nullable String wanted) throws GeneralSecurityException {
            if (wanted != null) {
                return wanted;
            }
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    return alias;
                }
            }
            return null;
        }

        private static byte @Nullable [] authorities(@Nullable KeyStore store) throws GeneralSecurityException {
            if (store == null) {
                return null;
            }
            Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
            StringBuilder pem = new StringBuilder();
            for (String alias : Collections.list(store.aliases())) {
                Certificate certificate = store.getCertificate(alias);
                if (certificate != null) {
                    pem.append("-----BEGIN CERTIFICATE-----\n")
                            .append(lines.encodeToString(certificate.getEncoded()))
                            .append("\n-----END CERTIFICATE-----\n");
                }
            }
            return pem.toString().getBytes(StandardCharsets.US_ASCII);
        }
    }
}
