package io.httpconnector.cache;

import io.httpconnector.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The stored responses by identity, URL and header fields, of which the least recently used ones are removed. Thread-safe. */
final class CacheStorage {

    /** The maximum number of variants of one URL, because {@code Vary} may name a field with any number of values. */
    private static final int MAX_VARIANTS = 16;

    /**
     * The key of a response and its variants.
     *
     * @param identity the fingerprint of connection and credentials
     * @param url the URL with its query
     * @param fields the header fields of the request on which the response may depend, by names in lower case
     */
    record Key(String identity, String url, Map<String, List<String>> fields) {

        long size() {
            return 2L * (identity.length() + url.length() + fields.toString().length());
        }

        /** Returns the key without the fields that {@code Vary} names. */
        private Key without(Set<String> varying) {
            Map<String, List<String>> others = new HashMap<>(fields);
            others.keySet().removeAll(varying);
            return new Key(identity, url, others);
        }

        private boolean differsInFields(Key other) {
            return !fields.equals(other.fields);
        }
    }

    /** A request whose response may be stored, unless the stored responses of its URL become outdated meanwhile. */
    static final class Reception implements AutoCloseable {

        private final CacheStorage storage;
        private final String url;
        /** Guarded by the storage. */
        private boolean isOutdated;

        private Reception(CacheStorage storage, String url) {
            this.storage = storage;
            this.url = url;
        }

        @Override
        public void close() {
            storage.end(this);
        }
    }

    private final int maxEntries;
    private final long maxBytes;
    private final Map<Key, List<StoredResponse>> entries = new LinkedHashMap<>(16, 0.75f, true);
    /** The keys by URL and identity, because many users may have responses of one URL. */
    private final Map<String, Map<String, Set<Key>>> keys = new HashMap<>();

    private final Map<String, Set<Reception>> receptions = new HashMap<>();
    private int count;
    private long bytes;

    CacheStorage(int maxEntries, long maxBytes) {
        this.maxEntries = maxEntries;
        this.maxBytes = maxBytes;
    }

    /** Returns whether there is a response to a request with the same URL and credentials, but with other header fields. */
    synchronized boolean hasVariant(Key key) {
        return entries.containsKey(key) || keysLike(key).stream().anyMatch(key::differsInFields);
    }

    /** Returns the keys with the same URL and credentials. */
    private Set<Key> keysLike(Key key) {
        return keys.getOrDefault(key.url, Map.of()).getOrDefault(key.identity, Set.of());
    }

    /** Returns the variant for a request, or null. */
    synchronized @Nullable StoredResponse find(Key key, Request request) {
        for (StoredResponse one : entries.getOrDefault(key, List.of())) {
            if (one.matches(request)) {
                return one;
            }
        }
        return null;
    }

    /** Starts a request; the returned object must be closed after its response was stored. */
    synchronized Reception start(String url) {
        Reception started = new Reception(this, url);
        receptions.computeIfAbsent(url, any -> new HashSet<>()).add(started);
        return started;
    }

    private synchronized void end(Reception reception) {
        Set<Reception> others = receptions.getOrDefault(reception.url, Set.of());
        others.remove(reception);
        if (others.isEmpty()) {
            receptions.remove(reception.url);
        }
    }

    /**
     * Stores a response in place of the one that matches the same request.
     *
     * @return false if the response is outdated, because the resource was changed since its request started
     */
    synchronized boolean put(Key key, StoredResponse stored, Request request, Reception reception) {
        if (reception.isOutdated) {
            return false;
        }
        List<StoredResponse> variants = new ArrayList<>(remove(key));
        variants.removeIf(one -> one.matches(request));
        variants.add(stored);
        while (variants.size() > MAX_VARIANTS) {
            variants.remove(0);
        }
        add(key, variants);
        removeVariants(key, stored.varying().keySet());
        Iterator<Map.Entry<Key, List<StoredResponse>>> oldest =
                entries.entrySet().iterator();
        while ((count > maxEntries || bytes > maxBytes) && oldest.hasNext()) {
            Map.Entry<Key, List<StoredResponse>> entry = oldest.next();
            oldest.remove();
            subtract(entry.getKey(), entry.getValue());
        }
        return true;
    }

    /** Removes the oldest ones of too many responses to requests that differ only in the fields that {@code Vary} names. */
    private void removeVariants(Key key, Set<String> varying) {
        Key common = key.without(varying);
        List<Key> same = varying.isEmpty()
                ? List.of()
                : keysLike(key).stream()
                        .filter(one -> one.without(varying).equals(common))
                        .toList();
        same.subList(0, Math.max(0, same.size() - MAX_VARIANTS)).forEach(this::remove);
    }

    /** Removes one variant. */
    synchronized void remove(Key key, StoredResponse stored) {
        List<StoredResponse> others = new ArrayList<>(remove(key));
        others.remove(stored);
        if (!others.isEmpty()) {
            add(key, others);
        }
    }

    /** Removes all variants of a URL. */
    synchronized List<StoredResponse> remove(Key key) {
        List<StoredResponse> variants = entries.remove(key);
        if (variants == null) {
            return List.of();
        }
        subtract(key, variants);
        return variants;
    }

    /** Removes all responses of a URL, with any credentials, also those that are being received. */
    synchronized void removeAll(String url) {
        receptions.getOrDefault(url, Set.of()).forEach(one -> one.isOutdated = true);
        keys.getOrDefault(url, Map.of()).values().stream()
                .flatMap(Set::stream)
                .toList()
                .forEach(this::remove);
    }

    private void add(Key key, List<StoredResponse> variants) {
        entries.put(key, variants);
        keys.computeIfAbsent(key.url, url -> new HashMap<>())
                .computeIfAbsent(key.identity, identity -> new LinkedHashSet<>())
                .add(key);
        count += variants.size();
        bytes += key.size();
        variants.forEach(one -> bytes += one.size());
    }

    private void subtract(Key key, List<StoredResponse> variants) {
        keysLike(key).remove(key);
        Map<String, Set<Key>> ofUrl = keys.getOrDefault(key.url, Map.of());
        if (keysLike(key).isEmpty() && ofUrl.remove(key.identity) != null && ofUrl.isEmpty()) {
            keys.remove(key.url);
        }
        count -= variants.size();
        bytes -= key.size();
        variants.forEach(one -> bytes -= one.size());
    }

    synchronized void clear() {
        receptions.values().forEach(same -> same.forEach(one -> one.isOutdated = true));
        entries.clear();
        keys.clear();
        count = 0;
        bytes = 0;
    }

    synchronized int count() {
        return count;
    }

    synchronized long bytes() {
        return bytes;
    }
}
