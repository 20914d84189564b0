// Made by `npm run types` from crates/api/openapi. Do not edit.

export interface paths {
    "/.well-known/webhooks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Public keys that verify `rtk-signature`: at the root of the server, for everybody. */
        get: operations["webhooksPublicKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/apps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Apps of an account, newest first. */
        get: operations["appsGet"];
        put?: never;
        /** Makes an app with the default presets. */
        post: operations["appsPost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/analytics/daywise": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sessions and recordings by UTC day; the last 30 days to today when no range is given. */
        get: operations["analyticsGetOrgAnalytics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/analytics/livestreams/daywise": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures of livestreams by day; a day without any is left out, so there are none, while livestreaming is not built. */
        get: operations["livestreamsGetLivestreamAnalyticsDaywise"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/analytics/livestreams/overall": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures of all livestreams: zeros, while livestreaming is not built. */
        get: operations["livestreamsGetLivestreamAnalyticsComplete"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/livestreams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Livestreams of an app: none, while livestreaming is not built. */
        get: operations["livestreamsGetAllLivestreams"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/meetings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Meetings of an app, newest first. */
        get: operations["meetingsGet"];
        put?: never;
        /** Makes a meeting. */
        post: operations["meetingsCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One meeting. */
        get: operations["meetingsGetMeetingByID"];
        /** Replaces what this API knows of a meeting; its status and what only Pagecall has stay. */
        put: operations["meetingsReplaceMeetingByID"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes the given fields of a meeting. */
        patch: operations["meetingsUpdateMeetingByID"];
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The LIVE session of a meeting, also while its keep-alive runs. */
        get: operations["activeSessionGetActiveSession"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/kick": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Removes people from the LIVE session. If nobody is left, its keep-alive runs. */
        post: operations["activeSessionKickParticipants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/kick-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Removes everybody; the session ends at once. */
        post: operations["activeSessionKickAllParticipants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/mute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mutes the microphones of people in the LIVE session, who may unmute themselves. */
        post: operations["MuteParticipants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/mute-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mutes the microphones of everybody in the LIVE session; they may unmute themselves. */
        post: operations["MuteAllParticipants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/poll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds a poll to the LIVE session; everybody who may see polls is told. */
        post: operations["activeSessionCreatePoll"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Participants of a meeting, newest first. */
        get: operations["meetingsGetMeetingParticipants"];
        put?: never;
        /** Adds a participant and gives it a token. */
        post: operations["meetingsAddParticipant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants/{participant_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One participant. */
        get: operations["meetingsGetMeetingParticipant"];
        put?: never;
        post?: never;
        /** Deletes a participant: all its tokens die at once, and its peers are removed. */
        delete: operations["meetingsDeleteMeetingParticipant"];
        options?: never;
        head?: never;
        /** Changes name, picture or preset of a participant and gives it a new token; the older ones stay valid. */
        patch: operations["meetingsEditParticipant"];
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants/{participant_id}/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new token; the older ones stay valid. */
        post: operations["meetingsRefreshParticipantToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/presets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Presets of an app, oldest first. */
        get: operations["presetsGet"];
        put?: never;
        /** Makes a preset. */
        post: operations["presetsCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/presets/{preset_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One preset. */
        get: operations["presetsGetPresetByID"];
        /** Replaces a preset as a whole. */
        put: operations["presetsReplacePresetByID"];
        post?: never;
        /** Deletes a preset: its name is free, and whoever holds it keeps it. */
        delete: operations["presetsDelete"];
        options?: never;
        head?: never;
        /** Changes the given parts of a preset; whoever is in a meeting keeps what was in force at the join. */
        patch: operations["presetsUpdate"];
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/recordings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Recordings of an app: none, while recording is not built. */
        get: operations["recordingsGetRecordings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sessions of an app, newest first. */
        get: operations["sessionsGetSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/sessions/peer-report/{peer_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A peer with the statistics of its call, without knowing its session. */
        get: operations["sessionsGetParticipantDataFromPeerID"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One session. */
        get: operations["sessionsGetSessionDetails"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A link to the chat of an ended session as CSV; asking again gives a link again. */
        get: operations["sessionsGetSessionChat"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/participants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Peers of a session, first join first. */
        get: operations["sessionsGetSessionParticipants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/participants/{participant_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One peer of a session; a participant ID means that person's latest peer. */
        get: operations["sessionsGetSessionParticipantDetails"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Webhooks of an app, oldest first. */
        get: operations["webhooksGetWebhooks"];
        put?: never;
        /** Makes a webhook. */
        post: operations["webhooksCreateWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/webhooks/all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Names of the events that a webhook may want. */
        get: operations["webhooksListEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{account_id}/realtime/kit/{app_id}/webhooks/{webhook_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One webhook. */
        get: operations["webhooksGetWebhookByID"];
        /** Replaces a webhook as a whole; one of which `enabled` is not said is switched on. */
        put: operations["webhooksReplaceWebhook"];
        post?: never;
        /** Deletes a webhook, and what waits for it. */
        delete: operations["webhooksDeleteWebhook"];
        options?: never;
        head?: never;
        /** Changes the given fields of a webhook. */
        patch: operations["webhooksEditWebhook"];
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Transcription and summary settings. */
        AIConfig: {
            summarization?: components["schemas"]["SummarizationConfig"] | null;
            transcription?: components["schemas"]["TranscriptionConfig"] | null;
        };
        /** @description What to ask. */
        ActiveSessionCreatePollRequest: {
            /** @description Question of the poll. */
            question: string;
            /** @description Answer options. */
            options: components["schemas"]["PollOptionText"][];
            /** @description Hide who voted for what. */
            anonymous?: boolean;
            /** @description Hide counts until the person has voted. */
            hide_votes?: boolean;
        };
        ActiveSessionKickParticipantsRequest: {
            /** @description IDs of the people. */
            participant_ids?: string[] | null;
            /** @description Caller-side identifiers of the people. */
            custom_participant_ids?: string[] | null;
        } & ({
            participant_ids: unknown[];
        } | {
            custom_participant_ids: unknown[];
        });
        /** @description An app. */
        App: {
            /** @description Identifier. */
            id: string;
            /** @description Display name. */
            name: string;
            /**
             * Format: date-time
             * @description Creation time.
             */
            created_at: string;
        };
        /** @description A new app. */
        AppsPostRequest: {
            /** @description Display name. */
            name: string;
        };
        /**
         * @description Audio codec.
         * @enum {string}
         */
        AudioCodec: "MP3" | "AAC";
        /** @description Audio recording settings. */
        AudioConfig: {
            channel?: components["schemas"]["Channel"] | null;
            codec?: components["schemas"]["AudioCodec"] | null;
            /** @description Produce this file separately. */
            export_file?: boolean | null;
        };
        /** @description Figures of sound that is received. */
        AudioConsumerCumulative: {
            /** @description How long samples wait. */
            jitter_buffer_delay?: components["schemas"]["LatencyDistribution"];
            /** @description Losses between two samples. */
            packet_loss?: components["schemas"]["PacketLossDistribution"];
        };
        /** @description A moment of sound that is received. */
        AudioConsumerSample: {
            /** @description Bytes so far. */
            bytes_received?: components["schemas"]["Figure"];
            /** @description Gaps that were filled so far. */
            concealment_events?: components["schemas"]["Figure"];
            /** @description Stream here. */
            consumer_id?: string;
            /** @description How unevenly packets come, seconds. */
            jitter?: components["schemas"]["Figure"];
            /** @description Seconds that all samples so far have waited. */
            jitter_buffer_delay?: components["schemas"]["Figure"];
            /** @description Samples that have waited so far. */
            jitter_buffer_emitted_count?: components["schemas"]["Figure"];
            /** @description Media line. */
            mid?: string;
            /** @description Packets so far that never came. */
            packets_lost?: components["schemas"]["Figure"];
            /** @description Packets so far. */
            packets_received?: components["schemas"]["Figure"];
            /** @description Who sends it. */
            peer_id?: string;
            /** @description Stream there. */
            producer_id?: string;
            /** @description Source of the packets. */
            ssrc?: components["schemas"]["Figure"];
            /** @description When. */
            timestamp?: string;
        };
        /** @description Figures of sound that is sent. */
        AudioProducerCumulative: {
            /** @description Losses between two samples. */
            packet_loss?: components["schemas"]["PacketLossDistribution"];
            /** @description Round trips. */
            rtt?: components["schemas"]["LatencyDistribution"];
        };
        /** @description A moment of sound that is sent. */
        AudioProducerSample: {
            /** @description Bytes so far, as the sender reports them. */
            bytes_sent?: components["schemas"]["Figure"];
            /** @description How unevenly packets come, seconds. */
            jitter?: components["schemas"]["Figure"];
            /** @description Media line. */
            mid?: string;
            /** @description Packets so far that never came. */
            packets_lost?: components["schemas"]["Figure"];
            /** @description Packets so far, as the sender reports them. */
            packets_sent?: components["schemas"]["Figure"];
            /** @description Stream. */
            producer_id?: string;
            /** @description Round trip of its transport, seconds. */
            rtt?: components["schemas"]["Figure"];
            /** @description Source of the packets. */
            ssrc?: components["schemas"]["Figure"];
            /** @description When. */
            timestamp?: string;
        };
        /**
         * @description How SFTP authenticates.
         * @enum {string}
         */
        AuthMethod: "KEY" | "PASSWORD";
        /** @description A browser. */
        BrowserMetadata: {
            /** @description Name. */
            browser?: string;
            /** @description Version. */
            browser_version?: string;
            /** @description Engine. */
            engine?: string;
            /** @description As it names itself. */
            user_agent?: string;
        };
        /** @description Whether the server keeps its own copy. */
        BucketConfig: {
            /** @description Whether it is switched on. */
            enabled: boolean;
        };
        /**
         * @description Paths of both transports, as the client knows them. The last one of each is the path in use as the server knows it: there
         *     remote is the client, and sent is what the server sent.
         */
        CandidatePairs: {
            /** @description Of the transport that receives. */
            consuming_transport?: components["schemas"]["TransportStats"][];
            /** @description Of the transport that sends. */
            producing_transport?: components["schemas"]["TransportStats"][];
        };
        /**
         * @description Number of audio channels.
         * @enum {string}
         */
        Channel: "mono" | "stereo";
        /** @description Where the chat is. */
        ChatDownload: {
            /**
             * Format: uri
             * @description Link to the chat as CSV. It needs no token.
             */
            chat_download_url: string;
            /**
             * Format: date-time
             * @description Until when the link is good.
             */
            chat_download_url_expiry: string;
        };
        /**
         * @description Corner of a video.
         * @enum {string}
         */
        Corner: "left top" | "right top" | "left bottom" | "right bottom";
        /** @description A new app. */
        CreatedApp: {
            /** @description The app. */
            app: components["schemas"]["App"];
        };
        /** @description A participant that was deleted. */
        DeletedParticipant: {
            /** @description The caller's own identifier for this person. */
            custom_participant_id: string;
            /** @description Preset ID. */
            preset_id: string;
            /**
             * Format: date-time
             * @description Creation time.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description Time of the deletion.
             */
            updated_at: string;
        };
        /** @description A device. */
        DeviceInfo: {
            /** @description Logical processors. */
            cpus?: components["schemas"]["Figure"];
            /** @description Whether it is a phone or a tablet. */
            is_mobile?: boolean;
            /** @description Operating system. */
            os?: string;
            /** @description Its version. */
            os_version?: string;
        };
        /** @description Devices that came and went. */
        DevicesUpdate: {
            /** @description New ones. */
            added: components["schemas"]["ReportDevice"][];
            /** @description Those that are gone. */
            removed: components["schemas"]["ReportDevice"][];
            /**
             * Format: date-time
             * @description When.
             */
            timestamp: string;
        };
        /** @description A single result. */
        Envelope_ChatDownload: {
            /** @description Always true. */
            success: boolean;
            /** @description Where the chat is. */
            data: {
                /**
                 * Format: uri
                 * @description Link to the chat as CSV. It needs no token.
                 */
                chat_download_url: string;
                /**
                 * Format: date-time
                 * @description Until when the link is good.
                 */
                chat_download_url_expiry: string;
            };
        };
        /** @description A single result. */
        Envelope_CreatedApp: {
            /** @description Always true. */
            success: boolean;
            /** @description A new app. */
            data: {
                /** @description The app. */
                app: components["schemas"]["App"];
            };
        };
        /** @description A single result. */
        Envelope_DeletedParticipant: {
            /** @description Always true. */
            success: boolean;
            /** @description A participant that was deleted. */
            data: {
                /** @description The caller's own identifier for this person. */
                custom_participant_id: string;
                /** @description Preset ID. */
                preset_id: string;
                /**
                 * Format: date-time
                 * @description Creation time.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description Time of the deletion.
                 */
                updated_at: string;
            };
        };
        /** @description A single result. */
        Envelope_Kicked: {
            /** @description Always true. */
            success: boolean;
            /** @description Who was removed. */
            data: {
                /** @description Name of the action carried out. */
                action: string;
                /** @description The people. */
                participants: components["schemas"]["KickedParticipant"][];
            };
        };
        /** @description A single result. */
        Envelope_KickedAll: {
            /** @description Always true. */
            success: boolean;
            /** @description How many were removed. */
            data: {
                /** @description Name of the action carried out. */
                action: string;
                /** @description How many people were removed. */
                kicked_participants_count: number;
            };
        };
        /** @description A single result. */
        Envelope_LivestreamStats: {
            /** @description Always true. */
            success: boolean;
            /** @description Figures of no livestreams. */
            data: {
                /**
                 * Format: int64
                 * @description Livestreams.
                 */
                count: number;
                /**
                 * Format: int64
                 * @description Seconds that were sent.
                 */
                total_ingest_seconds: number;
                /**
                 * Format: int64
                 * @description Seconds that were watched, by all viewers together.
                 */
                total_viewer_seconds: number;
            };
        };
        /** @description A single result. */
        Envelope_Meeting: {
            /** @description Always true. */
            success: boolean;
            /** @description A meeting. */
            data: components["schemas"]["MeetingListItem"] & {
                /** @description Transcription and summary settings. */
                ai_config?: components["schemas"]["AIConfig"];
            };
        };
        /** @description A single result. */
        Envelope_Muted: {
            /** @description Always true. */
            success: boolean;
            /** @description Who is muted. */
            data: {
                /** @description Name of the action carried out. */
                action: string;
                /** @description The people. */
                participants: components["schemas"]["KickedParticipant"][];
            };
        };
        /** @description A single result. */
        Envelope_MutedAll: {
            /** @description Always true. */
            success: boolean;
            /** @description How many are muted. */
            data: {
                /** @description Name of the action carried out. */
                action: string;
                /** @description How many people are muted. */
                muted_participants_count: number;
            };
        };
        /** @description A single result. */
        Envelope_OneParticipant: {
            /** @description Always true. */
            success: boolean;
            /** @description A single participant. */
            data: {
                /** @description The peer. */
                participant: components["schemas"]["SessionParticipant"];
            };
        };
        /** @description A single result. */
        Envelope_OrgAnalytics: {
            /** @description Always true. */
            success: boolean;
            /** @description Figures of an app. */
            data: {
                /** @description Recording figures. */
                recording_stats: components["schemas"]["RecordingStats"];
                /** @description Session figures. */
                session_stats: components["schemas"]["SessionStats"];
            };
        };
        /** @description A single result. */
        Envelope_Participant: {
            /** @description Always true. */
            success: boolean;
            /** @description Someone who may join one meeting. */
            data: {
                /** @description Identifier. */
                id: string;
                /** @description Display name. */
                name?: string | null;
                /** @description Avatar URL. */
                picture?: string | null;
                /** @description The caller's own identifier for this person; empty for an anonymous visitor of an open room. */
                custom_participant_id: string;
                /** @description Name of the preset applied. */
                preset_name: string;
                /**
                 * Format: date-time
                 * @description Creation time.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description Time of the last change.
                 */
                updated_at: string;
            };
        };
        /** @description A single result. */
        Envelope_ParticipantWithToken: {
            /** @description Always true. */
            success: boolean;
            /** @description A participant with its token. */
            data: components["schemas"]["Participant"] & {
                /** @description Participant token (JWT) used by the client to join. */
                token: string;
            };
        };
        /** @description A single result. */
        Envelope_PeerReportAnswer: {
            /** @description Always true. */
            success: boolean;
            /** @description A peer with its report. */
            data: {
                /** @description The peer. */
                participant: components["schemas"]["PeerReportParticipant"];
            };
        };
        /** @description A single result. */
        Envelope_PollCreated: {
            /** @description Always true. */
            success: boolean;
            /** @description The poll that was made. */
            data: {
                /** @description Name of the action carried out. */
                action: string;
                /** @description The created poll. */
                poll: components["schemas"]["Poll"];
            };
        };
        /** @description A single result. */
        Envelope_Preset: {
            /** @description Always true. */
            success: boolean;
            /** @description A preset. */
            data: {
                config?: {
                    /** @enum {string} */
                    view_type?: "GROUP_CALL" | "WEBINAR" | "AUDIO_ROOM" | "LIVESTREAM";
                    max_video_streams?: {
                        desktop?: number;
                        mobile?: number;
                    };
                    max_screenshare_count?: number;
                    media?: {
                        video?: {
                            /** @enum {string} */
                            quality?: "hd" | "vga" | "qvga" | "fhd" | "uhd";
                            frame_rate?: number;
                            simulcast?: boolean;
                        };
                        screenshare?: {
                            /** @enum {string} */
                            quality?: "hd" | "vga" | "qvga" | "fhd" | "uhd";
                            frame_rate?: number;
                        };
                        audio?: {
                            enable_stereo?: boolean;
                            enable_high_bitrate?: boolean;
                        };
                    };
                    livestream_viewer_qualities?: number[];
                };
                permissions?: {
                    accept_waiting_requests?: boolean;
                    can_accept_production_requests?: boolean;
                    can_change_participant_permissions?: boolean;
                    can_edit_display_name?: boolean;
                    can_livestream?: boolean;
                    can_record?: boolean;
                    can_spotlight?: boolean;
                    chat?: {
                        public?: {
                            can_send?: boolean;
                            text?: boolean;
                            files?: boolean;
                        };
                        private?: {
                            can_send?: boolean;
                            can_receive?: boolean;
                            text?: boolean;
                            files?: boolean;
                        };
                    };
                    connected_meetings?: {
                        can_alter_connected_meetings?: boolean;
                        can_switch_connected_meetings?: boolean;
                        can_switch_to_parent_meeting?: boolean;
                    };
                    disable_participant_audio?: boolean;
                    disable_participant_screensharing?: boolean;
                    disable_participant_video?: boolean;
                    hidden_participant?: boolean;
                    kick_participant?: boolean;
                    media?: {
                        audio?: {
                            /** @enum {string} */
                            can_produce?: "ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST";
                        };
                        video?: {
                            /** @enum {string} */
                            can_produce?: "ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST";
                        };
                        screenshare?: {
                            /** @enum {string} */
                            can_produce?: "ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST";
                        };
                    };
                    pin_participant?: boolean;
                    plugins?: {
                        can_close?: boolean;
                        can_edit_config?: boolean;
                        can_start?: boolean;
                        config?: {
                            [key: string]: unknown;
                        };
                    };
                    polls?: {
                        can_create?: boolean;
                        can_view?: boolean;
                        can_vote?: boolean;
                    };
                    /** @enum {string} */
                    recorder_type?: "RECORDER" | "LIVESTREAMER" | "NONE";
                    show_participant_list?: boolean;
                    /** @enum {string} */
                    waiting_room_type?: "SKIP" | "ON_PRIVILEGED_USER_ENTRY" | "SKIP_ON_ACCEPT";
                    accept_stage_requests?: boolean;
                    is_recorder?: boolean;
                    /** @enum {string} */
                    stage_access?: "ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST";
                    stage_enabled?: boolean;
                    transcription_enabled?: boolean;
                };
                ui?: {
                    design_tokens?: {
                        /** @enum {string} */
                        border_radius?: "sharp" | "rounded" | "extra-rounded" | "circular";
                        /** @enum {string} */
                        border_width?: "none" | "thin" | "fat";
                        spacing_base?: number;
                        /** @enum {string} */
                        theme?: "darkest" | "dark" | "light";
                        colors?: {
                            background?: {
                                600?: string;
                                700?: string;
                                800?: string;
                                900?: string;
                                1000?: string;
                            };
                            brand?: {
                                300?: string;
                                400?: string;
                                500?: string;
                                600?: string;
                                700?: string;
                            };
                            danger?: string;
                            success?: string;
                            text?: string;
                            text_on_brand?: string;
                            video_bg?: string;
                            warning?: string;
                        };
                        font_family?: string;
                        google_font?: string;
                        logo?: string;
                    };
                };
                id: string;
                name: string;
                /** Format: date-time */
                created_at: string;
                /** Format: date-time */
                updated_at: string;
            };
        };
        /** @description A single result. */
        Envelope_Session: {
            /** @description Always true. */
            success: boolean;
            /** @description A live instance of a meeting. */
            data: {
                /** @description Identifier. */
                id: string;
                /** @description The meeting. */
                associated_id: string;
                /** @description Title of the meeting; frozen at the end. */
                meeting_display_name: string;
                /** @description Kind. */
                type: components["schemas"]["SessionKind"];
                /** @description Current state. */
                status: components["schemas"]["SessionStatus"];
                /**
                 * Format: int32
                 * @description Peers connected now.
                 */
                live_participants: number;
                /**
                 * Format: int32
                 * @description Most peers connected at a time.
                 */
                max_concurrent_participants: number;
                /**
                 * Format: double
                 * @description Participant-minutes used so far.
                 */
                minutes_consumed: number;
                /** @description The app. */
                organization_id: string;
                /**
                 * Format: date-time
                 * @description First join.
                 */
                started_at: string;
                /**
                 * Format: date-time
                 * @description When it ended; absent while LIVE.
                 */
                ended_at?: string;
                /**
                 * Format: date-time
                 * @description First join.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description Latest join, leave, title change or end.
                 */
                updated_at: string;
                /** @description Sessions of its breakout rooms, in the same shape; empty in lists, and unless they are asked for. */
                breakout_rooms: Record<string, never>[];
                /** @description Free-form data. */
                meta: Record<string, never>;
            };
        };
        /** @description A single result. */
        Envelope_Token: {
            /** @description Always true. */
            success: boolean;
            /** @description A participant token. */
            data: {
                /** @description Participant token (JWT) used by the client to join. */
                token: string;
            };
        };
        /** @description A single result. */
        Envelope_Vec_Webhook: {
            /** @description Always true. */
            success: boolean;
            data: {
                /** @description Identifier. */
                id: string;
                /** @description Name. */
                name: string;
                /** @description Where requests go. */
                url: string;
                /** @description Events that it wants. */
                events: components["schemas"]["WebhookEventName"][];
                /** @description Whether it is served. */
                enabled: boolean;
                /**
                 * Format: date-time
                 * @description Creation time.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description Time of the last change.
                 */
                updated_at: string;
            }[];
        };
        /** @description A single result. */
        Envelope_Webhook: {
            /** @description Always true. */
            success: boolean;
            /** @description A receiver of events. Its secrets are not shown here. */
            data: {
                /** @description Identifier. */
                id: string;
                /** @description Name. */
                name: string;
                /** @description Where requests go. */
                url: string;
                /** @description Events that it wants. */
                events: components["schemas"]["WebhookEventName"][];
                /** @description Whether it is served. */
                enabled: boolean;
                /**
                 * Format: date-time
                 * @description Creation time.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description Time of the last change.
                 */
                updated_at: string;
            };
        };
        /** @description A code and a message. */
        ErrorItem: {
            /**
             * Format: int32
             * @description HTTP status; 10000 for authentication failures in `errors`.
             */
            code: number;
            /** @description In words. */
            message: string;
        };
        /**
         * Format: double
         * @description A number; whole ones without a point.
         */
        Figure: number;
        /** @description Where a socket came from. */
        IpInformation: {
            /** @description Its address. */
            ipv4: string;
        };
        /** @description Who was removed. */
        Kicked: {
            /** @description Name of the action carried out. */
            action: string;
            /** @description The people. */
            participants: components["schemas"]["KickedParticipant"][];
        };
        /** @description How many were removed. */
        KickedAll: {
            /** @description Name of the action carried out. */
            action: string;
            /** @description How many people were removed. */
            kicked_participants_count: number;
        };
        /** @description A person that was removed or muted. */
        KickedParticipant: {
            /** @description Participant ID. */
            id: string;
            /** @description Display name. */
            name?: string;
            /** @description Avatar URL. */
            picture?: string;
            /**
             * Format: date-time
             * @description Creation time.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description Time of the last change.
             */
            updated_at: string;
        };
        /** @description Error body. `success` and `error` are the RealtimeKit form; `errors`, `messages` and `result` the Cloudflare one. */
        KitError: {
            /** @description Always false. */
            success: boolean;
            /** @description What is wrong. */
            error: components["schemas"]["ErrorItem"];
            /** @description The same in the form of Cloudflare v4. */
            errors: components["schemas"]["ErrorItem"][];
            /** @description Empty. */
            messages: string[];
            /** @description Null. */
            result?: Record<string, never> | null;
        };
        /**
         * @description Language of a transcript.
         * @enum {string}
         */
        Language: "en-US" | "en-IN" | "de" | "hi" | "sv" | "ru" | "pl" | "el" | "fr" | "nl";
        /** @description Mean of delays in seconds, and how many of them are long. */
        LatencyDistribution: {
            /** @description Mean, seconds. */
            avg: components["schemas"]["Figure"];
            /** @description Fraction of 100 ms or more. */
            "100ms_or_greater_event_fraction": components["schemas"]["Figure"];
            /** @description Fraction of 250 ms or more. */
            "250ms_or_greater_event_fraction": components["schemas"]["Figure"];
            /** @description Fraction of 500 ms or more. */
            "500ms_or_greater_event_fraction": components["schemas"]["Figure"];
        };
        /** @description For how long something limited the quality of a picture, seconds. */
        LimitationDurations: {
            /** @description The network. */
            bandwidth?: components["schemas"]["Figure"];
            /** @description The machine. */
            cpu?: components["schemas"]["Figure"];
            /** @description Nothing. */
            none?: components["schemas"]["Figure"];
            /** @description Something else. */
            other?: components["schemas"]["Figure"];
        };
        /** @description A page of results. */
        Listed_SessionParticipants: {
            /** @description Always true. */
            success: boolean;
            /** @description Participants of a page. */
            data: {
                /** @description The peers. */
                participants: components["schemas"]["SessionParticipant"][];
            };
            /** @description Position of the page. */
            paging: components["schemas"]["Paging"];
        };
        /** @description A page of results. */
        Listed_Sessions: {
            /** @description Always true. */
            success: boolean;
            /** @description Sessions of a page. */
            data: {
                /** @description The sessions. */
                sessions: components["schemas"]["Session"][];
            };
            /** @description Position of the page. */
            paging: components["schemas"]["Paging"];
        };
        /** @description A page of results. */
        Listed_Vec_App: {
            /** @description Always true. */
            success: boolean;
            data: {
                /** @description Identifier. */
                id: string;
                /** @description Display name. */
                name: string;
                /**
                 * Format: date-time
                 * @description Creation time.
                 */
                created_at: string;
            }[];
            /** @description Position of the page. */
            paging: components["schemas"]["Paging"];
        };
        /** @description A page of results. */
        Listed_Vec_MeetingListItem: {
            /** @description Always true. */
            success: boolean;
            data: (components["schemas"]["MeetingSettings"] & {
                /** @description Identifier. */
                id: string;
                /** @description Title. */
                title: string;
                /** @description Whether it may be joined. */
                status: components["schemas"]["MeetingStatus"];
                /**
                 * Format: int64
                 * @description Seconds a session stays LIVE after the last person left.
                 */
                session_keep_alive_time_in_secs: number;
                /**
                 * Format: date-time
                 * @description Creation time.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description Time of the last change.
                 */
                updated_at: string;
            })[];
            /** @description Position of the page. */
            paging: components["schemas"]["Paging"];
        };
        /** @description A page of results. */
        Listed_Vec_Participant: {
            /** @description Always true. */
            success: boolean;
            data: {
                /** @description Identifier. */
                id: string;
                /** @description Display name. */
                name?: string | null;
                /** @description Avatar URL. */
                picture?: string | null;
                /** @description The caller's own identifier for this person; empty for an anonymous visitor of an open room. */
                custom_participant_id: string;
                /** @description Name of the preset applied. */
                preset_name: string;
                /**
                 * Format: date-time
                 * @description Creation time.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description Time of the last change.
                 */
                updated_at: string;
            }[];
            /** @description Position of the page. */
            paging: components["schemas"]["Paging"];
        };
        /** @description A page of results. */
        Listed_Vec_PresetListItem: {
            /** @description Always true. */
            success: boolean;
            data: {
                /** @description Identifier. */
                id: string;
                /** @description Unique name. */
                name: string;
                /**
                 * Format: date-time
                 * @description Creation time.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description Time of the last change.
                 */
                updated_at: string;
            }[];
            /** @description Position of the page. */
            paging: components["schemas"]["Paging"];
        };
        /** @description Days on which something was livestreamed. */
        LivestreamDays: {
            /** @description Always true. */
            success: boolean;
            /** @description Empty. */
            data: Record<string, never>[];
        };
        /** @description A page without livestreams. */
        LivestreamPage: {
            /** @description Position of the page. */
            paging: components["schemas"]["Paging"];
        };
        /** @description Figures of no livestreams. */
        LivestreamStats: {
            /**
             * Format: int64
             * @description Livestreams.
             */
            count: number;
            /**
             * Format: int64
             * @description Seconds that were sent.
             */
            total_ingest_seconds: number;
            /**
             * Format: int64
             * @description Seconds that were watched, by all viewers together.
             */
            total_viewer_seconds: number;
        };
        /** @description No livestreams, in the vendor's form: the page is inside of the result. */
        Livestreams: {
            /** @description Always true. */
            success: boolean;
            /** @description The result. */
            data: components["schemas"]["LivestreamPage"];
        };
        /** @description A meeting. */
        Meeting: components["schemas"]["MeetingListItem"] & {
            /** @description Transcription and summary settings. */
            ai_config?: components["schemas"]["AIConfig"];
        };
        /** @description What of a meeting may be set. What is not given stays as it is. */
        MeetingFields: {
            /** @description Title of the meeting. */
            title?: string | null;
            status?: components["schemas"]["MeetingStatus"] | null;
            /**
             * Format: int64
             * @description Seconds a session stays LIVE after the last person left.
             */
            session_keep_alive_time_in_secs?: number | null;
            ai_config?: components["schemas"]["AIConfig"] | null;
            /** @description Start a livestream when the first person joins. */
            live_stream_on_start?: boolean | null;
            /** @description Keep chat across sessions of the meeting. */
            persist_chat?: boolean | null;
            /** @description Start recording when the first person joins. */
            record_on_start?: boolean | null;
            recording_config?: components["schemas"]["RecordingConfigInput"] | null;
            /** @description Write a summary when the session ends. */
            summarize_on_end?: boolean | null;
            /** @description Write a transcript when the session ends. */
            transcribe_on_end?: boolean | null;
        };
        /** @description A meeting as it is listed. */
        MeetingListItem: components["schemas"]["MeetingSettings"] & {
            /** @description Identifier. */
            id: string;
            /** @description Title. */
            title: string;
            /** @description Whether it may be joined. */
            status: components["schemas"]["MeetingStatus"];
            /**
             * Format: int64
             * @description Seconds a session stays LIVE after the last person left.
             */
            session_keep_alive_time_in_secs: number;
            /**
             * Format: date-time
             * @description Creation time.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description Time of the last change.
             */
            updated_at: string;
        };
        /** @description Settings as they are shown; secrets are left out. */
        MeetingSettings: {
            /**
             * @description Start a livestream when the first person joins.
             * @default false
             */
            live_stream_on_start: boolean;
            /**
             * @description Keep chat across sessions of the meeting.
             * @default false
             */
            persist_chat: boolean;
            /**
             * @description Start recording when the first person joins.
             * @default false
             */
            record_on_start: boolean;
            /** @default null */
            recording_config: components["schemas"]["RecordingConfig"] | null;
            /**
             * @description Write a summary when the session ends.
             * @default false
             */
            summarize_on_end: boolean;
            /**
             * @description Write a transcript when the session ends.
             * @default false
             */
            transcribe_on_end: boolean;
        };
        /**
         * @description Whether a meeting may be joined.
         * @enum {string}
         */
        MeetingStatus: "ACTIVE" | "INACTIVE";
        /** @description Someone who may join. */
        MeetingsAddParticipantRequest: {
            /** @description The caller's own identifier for this person. */
            custom_participant_id: string;
            /** @description Name of the preset applied. */
            preset_name: string;
            /** @description Display name. */
            name?: string | null;
            picture?: string | null;
        };
        /** @description What of a participant is to be changed. */
        MeetingsEditParticipantRequest: {
            /** @description Display name; empty = none. */
            name?: string | null;
            picture?: string | null;
            /** @description Name of the preset applied; counts from the next join. */
            preset_name?: string | null;
        };
        /** @description What a meeting is to be. What is not given is as in a meeting that is made without it. */
        MeetingsReplaceMeetingByIDRequest: {
            /** @description Title of the meeting. */
            title?: string | null;
            /**
             * Format: int64
             * @description Seconds a session stays LIVE after the last person left.
             */
            session_keep_alive_time_in_secs?: number | null;
            ai_config?: components["schemas"]["AIConfig"] | null;
            /** @description Start a livestream when the first person joins. */
            live_stream_on_start?: boolean | null;
            /** @description Keep chat across sessions of the meeting. */
            persist_chat?: boolean | null;
            /** @description Start recording when the first person joins. */
            record_on_start?: boolean | null;
            recording_config?: components["schemas"]["RecordingConfigInput"] | null;
            /** @description Write a summary when the session ends. */
            summarize_on_end?: boolean | null;
            /** @description Write a transcript when the session ends. */
            transcribe_on_end?: boolean | null;
        };
        /** @description How everybody is muted. */
        MuteAllParticipantsRequest: {
            /** @enum {boolean} */
            allow_unmute: true;
        };
        /** @description Who is muted. */
        Muted: {
            /** @description Name of the action carried out. */
            action: string;
            /** @description The people. */
            participants: components["schemas"]["KickedParticipant"][];
        };
        /** @description How many are muted. */
        MutedAll: {
            /** @description Name of the action carried out. */
            action: string;
            /** @description How many people are muted. */
            muted_participants_count: number;
        };
        /** @description A single participant. */
        OneParticipant: {
            /** @description The peer. */
            participant: components["schemas"]["SessionParticipant"];
        };
        /** @description Figures of an app. */
        OrgAnalytics: {
            /** @description Recording figures. */
            recording_stats: components["schemas"]["RecordingStats"];
            /** @description Session figures. */
            session_stats: components["schemas"]["SessionStats"];
        };
        /** @description Mean of losses in percent, and how many of them are large. */
        PacketLossDistribution: {
            /** @description Mean, percent. */
            avg: components["schemas"]["Figure"];
            /** @description Fraction of 5 % or more. */
            "5_or_greater_event_fraction": components["schemas"]["Figure"];
            /** @description Fraction of 10 % or more. */
            "10_or_greater_event_fraction": components["schemas"]["Figure"];
            /** @description Fraction of 25 % or more. */
            "25_or_greater_event_fraction": components["schemas"]["Figure"];
            /** @description Fraction of 50 % or more. */
            "50_or_greater_event_fraction": components["schemas"]["Figure"];
        };
        /** @description Position of a page in the whole result; both offsets are 0 when the page is empty. */
        Paging: {
            /**
             * Format: int64
             * @description Items in the whole result.
             */
            total_count: number;
            /**
             * Format: int64
             * @description 1-based position of the first item on this page.
             */
            start_offset: number;
            /**
             * Format: int64
             * @description 1-based position of the last item on this page.
             */
            end_offset: number;
        };
        /** @description Someone who may join one meeting. */
        Participant: {
            /** @description Identifier. */
            id: string;
            /** @description Display name. */
            name?: string | null;
            /** @description Avatar URL. */
            picture?: string | null;
            /** @description The caller's own identifier for this person; empty for an anonymous visitor of an open room. */
            custom_participant_id: string;
            /** @description Name of the preset applied. */
            preset_name: string;
            /**
             * Format: date-time
             * @description Creation time.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description Time of the last change.
             */
            updated_at: string;
        };
        /** @description A participant with its token. */
        ParticipantWithToken: components["schemas"]["Participant"] & {
            /** @description Participant token (JWT) used by the client to join. */
            token: string;
        };
        /** @description What a client found of its network. */
        PcMetadata: {
            /** @description `4g`, `3g` … */
            effective_network_type?: string;
            /** @description When. */
            timestamp?: string;
        };
        /** @description A step of a connection. */
        PeerEvent: {
            /** @description Identifier. */
            id: string;
            /** @description Kind. */
            event_name: components["schemas"]["PeerEventName"];
            /** @description Peer ID. */
            peer_id: string;
            /** @description Participant ID. */
            participant_id?: string | null;
            /** @description Session ID; null before joining. */
            session_id?: string | null;
            /** @description Signalling connection; not recorded. */
            socket_session_id?: string | null;
            /** @description View type of the preset at the join. */
            preset_view_type?: string | null;
            /**
             * Format: double
             * @description Length of the stay when leaving, else 0.
             */
            minutes_consumed: number;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When.
             */
            updated_at: string;
        };
        /**
         * @description Kind of a [`PeerEvent`].
         * @enum {string}
         */
        PeerEventName: "PEER_CREATED" | "PEER_JOINING" | "PEER_LEAVING";
        /** @description What is known of a call. */
        PeerReport: {
            /** @description What it ran on, and what happened. */
            metadata: components["schemas"]["PeerReportMetadata"];
            /** @description Samples of its streams, and figures over them. */
            quality?: components["schemas"]["PeerReportQuality"];
        };
        /** @description A peer with its report. */
        PeerReportAnswer: {
            /** @description The peer. */
            participant: components["schemas"]["PeerReportParticipant"];
        };
        /** @description What a call ran on, and what happened in it. What is not known is left out. */
        PeerReportMetadata: {
            /** @description View type of the preset at the join. */
            room_view_type?: string;
            /** @description The device. */
            device_info?: components["schemas"]["DeviceInfo"];
            /** @description The browser. */
            browser_metadata?: components["schemas"]["BrowserMetadata"];
            /** @description Name of the client library. */
            sdk_name?: string;
            /** @description Its kind, if it says one. */
            sdk_type?: string;
            /** @description Its version. */
            sdk_version?: string;
            /** @description Microphones that came and went. */
            audio_devices_updates?: components["schemas"]["DevicesUpdate"][];
            /** @description Cameras that came and went. */
            video_devices_updates?: components["schemas"]["DevicesUpdate"][];
            /** @description Loudspeakers that came and went. */
            speaker_devices_updates?: components["schemas"]["DevicesUpdate"][];
            /** @description Devices that were chosen. */
            selected_device_updates?: components["schemas"]["SelectedDevice"][];
            /** @description Where the socket came from; only where addresses are stored. */
            ip_information?: components["schemas"]["IpInformation"];
            /** @description What the client found of its network before the call. */
            pc_metadata?: components["schemas"]["PcMetadata"][];
            /** @description What happened: with media and sockets as the server saw it, else as the client says it. */
            events?: components["schemas"]["ReportEvent"][];
            /** @description The paths of the transports that the client had last. */
            candidate_pairs?: components["schemas"]["CandidatePairs"];
        };
        /** @description A peer of a session, and what is known of its call. */
        PeerReportParticipant: {
            /** @description Peer ID. */
            id: string;
            /** @description Participant ID as returned by Add Participant (same over all connections). */
            user_id: string;
            /** @description The caller's own identifier for this person. */
            custom_participant_id?: string;
            /** @description Name at the join. */
            display_name: string;
            /** @description Preset at the join. */
            role: string;
            /** @description Session ID. */
            session_id: string;
            /**
             * Format: date-time
             * @description When the connection was accepted.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When the person joined.
             */
            joined_at: string;
            /**
             * Format: date-time
             * @description When the person left; absent while connected.
             */
            left_at?: string;
            /**
             * Format: date-time
             * @description Latest join or leave.
             */
            updated_at: string;
            /**
             * Format: double
             * @description Minutes in the session.
             */
            duration: number;
            /** @description Connection events; only with `include_peer_events=true`. */
            peer_events?: components["schemas"]["PeerEvent"][];
            /** @description What is known of the call. What is not known is left out. */
            peer_report: components["schemas"]["PeerReport"];
        };
        /** @description Samples of the streams of a call, and figures over them. */
        PeerReportQuality: {
            /** @description Sound that is received. */
            audio_consumer?: components["schemas"]["AudioConsumerSample"][];
            /** @description Its figures. */
            audio_consumer_cumulative?: components["schemas"]["AudioConsumerCumulative"];
            /** @description Sound that is sent. */
            audio_producer?: components["schemas"]["AudioProducerSample"][];
            /** @description Its figures. */
            audio_producer_cumulative?: components["schemas"]["AudioProducerCumulative"];
            /** @description Sound of a screen that is received. */
            screenshare_audio_consumer?: components["schemas"]["AudioConsumerSample"][];
            /** @description Its figures. */
            screenshare_audio_consumer_cumulative?: components["schemas"]["AudioConsumerCumulative"];
            /** @description Sound of a screen that is sent. */
            screenshare_audio_producer?: components["schemas"]["AudioProducerSample"][];
            /** @description Its figures. */
            screenshare_audio_producer_cumulative?: components["schemas"]["AudioProducerCumulative"];
            /** @description Picture of a screen that is received. */
            screenshare_video_consumer?: components["schemas"]["VideoConsumerSample"][];
            /** @description Its figures. */
            screenshare_video_consumer_cumulative?: components["schemas"]["VideoConsumerCumulative"];
            /** @description Picture of a screen that is sent. */
            screenshare_video_producer?: components["schemas"]["VideoProducerSample"][];
            /** @description Its figures. */
            screenshare_video_producer_cumulative?: components["schemas"]["VideoProducerCumulative"];
            /** @description Picture that is received. */
            video_consumer?: components["schemas"]["VideoConsumerSample"][];
            /** @description Its figures. */
            video_consumer_cumulative?: components["schemas"]["VideoConsumerCumulative"];
            /** @description Picture that is sent. */
            video_producer?: components["schemas"]["VideoProducerSample"][];
            /** @description Its figures. */
            video_producer_cumulative?: components["schemas"]["VideoProducerCumulative"];
        };
        /** @description Mean and percentiles, nearest rank. */
        PercentileSummary: {
            /** @description Mean. */
            avg: components["schemas"]["Figure"];
            /** @description Half of the samples are not above it. */
            p50: components["schemas"]["Figure"];
            /** @description Three quarters of the samples are not above it. */
            p75: components["schemas"]["Figure"];
            /** @description Nine tenths of the samples are not above it. */
            p90: components["schemas"]["Figure"];
        };
        /** @description A poll. */
        Poll: {
            /** @description Identifier. */
            id: string;
            /** @description Question of the poll. */
            question: string;
            /** @description Answer options. */
            options: components["schemas"]["PollOption"][];
            /** @description Hide who voted for what. */
            anonymous: boolean;
            /** @description Hide counts until the person has voted. */
            hide_votes: boolean;
            /** @description Who created it. */
            created_by: string;
            /** @description IDs of people who have voted. */
            voted: string[];
        };
        /** @description The poll that was made. */
        PollCreated: {
            /** @description Name of the action carried out. */
            action: string;
            /** @description The created poll. */
            poll: components["schemas"]["Poll"];
        };
        /** @description An answer of a poll. */
        PollOption: {
            /** @description Text. */
            text: string;
            /**
             * Format: int64
             * @description How many voted for it.
             */
            count: number;
            /** @description Votes for this option. */
            votes: components["schemas"]["PollVote"][];
        };
        /** @description Text of an answer option; blanks alone are none. */
        PollOptionText: string;
        /** @description A vote. */
        PollVote: {
            /** @description Participant ID. */
            id: string;
            /** @description Display name. */
            name: string;
        };
        /** @description A preset. */
        Preset: {
            config?: {
                /** @enum {string} */
                view_type?: "GROUP_CALL" | "WEBINAR" | "AUDIO_ROOM" | "LIVESTREAM";
                max_video_streams?: {
                    desktop?: number;
                    mobile?: number;
                };
                max_screenshare_count?: number;
                media?: {
                    video?: {
                        /** @enum {string} */
                        quality?: "hd" | "vga" | "qvga" | "fhd" | "uhd";
                        frame_rate?: number;
                        simulcast?: boolean;
                    };
                    screenshare?: {
                        /** @enum {string} */
                        quality?: "hd" | "vga" | "qvga" | "fhd" | "uhd";
                        frame_rate?: number;
                    };
                    audio?: {
                        enable_stereo?: boolean;
                        enable_high_bitrate?: boolean;
                    };
                };
                livestream_viewer_qualities?: number[];
            };
            permissions?: {
                accept_waiting_requests?: boolean;
                can_accept_production_requests?: boolean;
                can_change_participant_permissions?: boolean;
                can_edit_display_name?: boolean;
                can_livestream?: boolean;
                can_record?: boolean;
                can_spotlight?: boolean;
                chat?: {
                    public?: {
                        can_send?: boolean;
                        text?: boolean;
                        files?: boolean;
                    };
                    private?: {
                        can_send?: boolean;
                        can_receive?: boolean;
                        text?: boolean;
                        files?: boolean;
                    };
                };
                connected_meetings?: {
                    can_alter_connected_meetings?: boolean;
                    can_switch_connected_meetings?: boolean;
                    can_switch_to_parent_meeting?: boolean;
                };
                disable_participant_audio?: boolean;
                disable_participant_screensharing?: boolean;
                disable_participant_video?: boolean;
                hidden_participant?: boolean;
                kick_participant?: boolean;
                media?: {
                    audio?: {
                        /** @enum {string} */
                        can_produce?: "ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST";
                    };
                    video?: {
                        /** @enum {string} */
                        can_produce?: "ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST";
                    };
                    screenshare?: {
                        /** @enum {string} */
                        can_produce?: "ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST";
                    };
                };
                pin_participant?: boolean;
                plugins?: {
                    can_close?: boolean;
                    can_edit_config?: boolean;
                    can_start?: boolean;
                    config?: {
                        [key: string]: unknown;
                    };
                };
                polls?: {
                    can_create?: boolean;
                    can_view?: boolean;
                    can_vote?: boolean;
                };
                /** @enum {string} */
                recorder_type?: "RECORDER" | "LIVESTREAMER" | "NONE";
                show_participant_list?: boolean;
                /** @enum {string} */
                waiting_room_type?: "SKIP" | "ON_PRIVILEGED_USER_ENTRY" | "SKIP_ON_ACCEPT";
                accept_stage_requests?: boolean;
                is_recorder?: boolean;
                /** @enum {string} */
                stage_access?: "ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST";
                stage_enabled?: boolean;
                transcription_enabled?: boolean;
            };
            ui?: {
                design_tokens?: {
                    /** @enum {string} */
                    border_radius?: "sharp" | "rounded" | "extra-rounded" | "circular";
                    /** @enum {string} */
                    border_width?: "none" | "thin" | "fat";
                    spacing_base?: number;
                    /** @enum {string} */
                    theme?: "darkest" | "dark" | "light";
                    colors?: {
                        background?: {
                            600?: string;
                            700?: string;
                            800?: string;
                            900?: string;
                            1000?: string;
                        };
                        brand?: {
                            300?: string;
                            400?: string;
                            500?: string;
                            600?: string;
                            700?: string;
                        };
                        danger?: string;
                        success?: string;
                        text?: string;
                        text_on_brand?: string;
                        video_bg?: string;
                        warning?: string;
                    };
                    font_family?: string;
                    google_font?: string;
                    logo?: string;
                };
            };
            id: string;
            name: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        /** @description Short form of a preset. */
        PresetListItem: {
            /** @description Identifier. */
            id: string;
            /** @description Unique name. */
            name: string;
            /**
             * Format: date-time
             * @description Creation time.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description Time of the last change.
             */
            updated_at: string;
        };
        /** @description A whole preset. Fields that are not listed are kept inside of its parts. */
        PresetsCreateRequest: {
            config: {
                /** @enum {string} */
                view_type: "GROUP_CALL" | "WEBINAR" | "AUDIO_ROOM" | "LIVESTREAM";
                max_video_streams: {
                    desktop: number;
                    mobile: number;
                };
                max_screenshare_count: number;
                media: {
                    video: {
                        /** @enum {string} */
                        quality: "hd" | "vga" | "qvga" | "fhd" | "uhd";
                        frame_rate: number;
                        simulcast?: boolean | null;
                    };
                    screenshare: {
                        /** @enum {string} */
                        quality: "hd" | "vga" | "qvga" | "fhd" | "uhd";
                        frame_rate: number;
                    };
                    audio?: {
                        enable_stereo?: boolean | null;
                        enable_high_bitrate?: boolean | null;
                    } | null;
                };
                livestream_viewer_qualities?: number[] | null;
            };
            permissions: {
                accept_waiting_requests: boolean;
                can_accept_production_requests: boolean;
                can_change_participant_permissions: boolean;
                can_edit_display_name: boolean;
                can_livestream: boolean;
                can_record: boolean;
                can_spotlight: boolean;
                chat: {
                    public: {
                        can_send: boolean;
                        text: boolean;
                        files: boolean;
                    };
                    private: {
                        can_send: boolean;
                        can_receive: boolean;
                        text: boolean;
                        files: boolean;
                    };
                };
                connected_meetings: {
                    can_alter_connected_meetings: boolean;
                    can_switch_connected_meetings: boolean;
                    can_switch_to_parent_meeting: boolean;
                };
                disable_participant_audio: boolean;
                disable_participant_screensharing: boolean;
                disable_participant_video: boolean;
                hidden_participant: boolean;
                kick_participant: boolean;
                media: {
                    audio: {
                        /** @enum {string} */
                        can_produce: "ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST";
                    };
                    video: {
                        /** @enum {string} */
                        can_produce: "ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST";
                    };
                    screenshare: {
                        /** @enum {string} */
                        can_produce: "ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST";
                    };
                };
                pin_participant: boolean;
                plugins: {
                    can_close: boolean;
                    can_edit_config: boolean;
                    can_start: boolean;
                    config: {
                        [key: string]: unknown;
                    };
                };
                polls: {
                    can_create: boolean;
                    can_view: boolean;
                    can_vote: boolean;
                };
                /** @enum {string} */
                recorder_type: "RECORDER" | "LIVESTREAMER" | "NONE";
                show_participant_list: boolean;
                /** @enum {string} */
                waiting_room_type: "SKIP" | "ON_PRIVILEGED_USER_ENTRY" | "SKIP_ON_ACCEPT";
                accept_stage_requests?: boolean | null;
                is_recorder?: boolean | null;
                stage_access?: ("ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST") | null;
                stage_enabled?: boolean | null;
                transcription_enabled?: boolean | null;
            };
            ui: {
                design_tokens: {
                    /** @enum {string} */
                    border_radius: "sharp" | "rounded" | "extra-rounded" | "circular";
                    /** @enum {string} */
                    border_width: "none" | "thin" | "fat";
                    spacing_base: number;
                    /** @enum {string} */
                    theme: "darkest" | "dark" | "light";
                    colors: {
                        background: {
                            600: string;
                            700: string;
                            800: string;
                            900: string;
                            1000: string;
                        };
                        brand: {
                            300: string;
                            400: string;
                            500: string;
                            600: string;
                            700: string;
                        };
                        danger: string;
                        success: string;
                        text: string;
                        text_on_brand: string;
                        video_bg: string;
                        warning: string;
                    };
                    font_family?: string | null;
                    google_font?: string | null;
                    logo?: (string | null) | null;
                };
            };
            name: string;
        };
        /** @description What of a preset is to be changed: objects are merged, everything else is replaced. */
        PresetsUpdateRequest: {
            config?: {
                view_type?: ("GROUP_CALL" | "WEBINAR" | "AUDIO_ROOM" | "LIVESTREAM") | null;
                max_video_streams?: {
                    desktop?: number | null;
                    mobile?: number | null;
                } | null;
                max_screenshare_count?: number | null;
                media?: {
                    video?: {
                        quality?: ("hd" | "vga" | "qvga" | "fhd" | "uhd") | null;
                        frame_rate?: number | null;
                        simulcast?: boolean | null;
                    } | null;
                    screenshare?: {
                        quality?: ("hd" | "vga" | "qvga" | "fhd" | "uhd") | null;
                        frame_rate?: number | null;
                    } | null;
                    audio?: {
                        enable_stereo?: boolean | null;
                        enable_high_bitrate?: boolean | null;
                    } | null;
                } | null;
                livestream_viewer_qualities?: number[] | null;
            } | null;
            permissions?: {
                accept_waiting_requests?: boolean | null;
                can_accept_production_requests?: boolean | null;
                can_change_participant_permissions?: boolean | null;
                can_edit_display_name?: boolean | null;
                can_livestream?: boolean | null;
                can_record?: boolean | null;
                can_spotlight?: boolean | null;
                chat?: {
                    public?: {
                        can_send?: boolean | null;
                        text?: boolean | null;
                        files?: boolean | null;
                    } | null;
                    private?: {
                        can_send?: boolean | null;
                        can_receive?: boolean | null;
                        text?: boolean | null;
                        files?: boolean | null;
                    } | null;
                } | null;
                connected_meetings?: {
                    can_alter_connected_meetings?: boolean | null;
                    can_switch_connected_meetings?: boolean | null;
                    can_switch_to_parent_meeting?: boolean | null;
                } | null;
                disable_participant_audio?: boolean | null;
                disable_participant_screensharing?: boolean | null;
                disable_participant_video?: boolean | null;
                hidden_participant?: boolean | null;
                kick_participant?: boolean | null;
                media?: {
                    audio?: {
                        can_produce?: ("ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST") | null;
                    } | null;
                    video?: {
                        can_produce?: ("ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST") | null;
                    } | null;
                    screenshare?: {
                        can_produce?: ("ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST") | null;
                    } | null;
                } | null;
                pin_participant?: boolean | null;
                plugins?: {
                    can_close?: boolean | null;
                    can_edit_config?: boolean | null;
                    can_start?: boolean | null;
                    config?: {
                        [key: string]: unknown;
                    } | null;
                } | null;
                polls?: {
                    can_create?: boolean | null;
                    can_view?: boolean | null;
                    can_vote?: boolean | null;
                } | null;
                recorder_type?: ("RECORDER" | "LIVESTREAMER" | "NONE") | null;
                show_participant_list?: boolean | null;
                waiting_room_type?: ("SKIP" | "ON_PRIVILEGED_USER_ENTRY" | "SKIP_ON_ACCEPT") | null;
                accept_stage_requests?: boolean | null;
                is_recorder?: boolean | null;
                stage_access?: ("ALLOWED" | "NOT_ALLOWED" | "CAN_REQUEST") | null;
                stage_enabled?: boolean | null;
                transcription_enabled?: boolean | null;
            } | null;
            ui?: {
                design_tokens?: {
                    border_radius?: ("sharp" | "rounded" | "extra-rounded" | "circular") | null;
                    border_width?: ("none" | "thin" | "fat") | null;
                    spacing_base?: number | null;
                    theme?: ("darkest" | "dark" | "light") | null;
                    colors?: {
                        background?: {
                            600?: string | null;
                            700?: string | null;
                            800?: string | null;
                            900?: string | null;
                            1000?: string | null;
                        } | null;
                        brand?: {
                            300?: string | null;
                            400?: string | null;
                            500?: string | null;
                            600?: string | null;
                            700?: string | null;
                        } | null;
                        danger?: string | null;
                        success?: string | null;
                        text?: string | null;
                        text_on_brand?: string | null;
                        video_bg?: string | null;
                        warning?: string | null;
                    } | null;
                    font_family?: string | null;
                    google_font?: string | null;
                    logo?: (string | null) | null;
                } | null;
            } | null;
            name?: string | null;
        };
        /** @description Recording settings as they are shown. */
        RecordingConfig: {
            audio_config?: components["schemas"]["AudioConfig"] | null;
            /** @description Prefix for the output file name. */
            file_name_prefix?: string | null;
            live_streaming_config?: components["schemas"]["RtmpConfig"] | null;
            /**
             * Format: int64
             * @description Longest recording time in seconds, 60 to 86400.
             */
            max_seconds?: number | null;
            realtimekit_bucket_config?: components["schemas"]["BucketConfig"] | null;
            video_config?: components["schemas"]["VideoConfig"] | null;
            storage_config?: components["schemas"]["StorageConfig"] | null;
        };
        /**
         * @description Recording settings as they are given. Nothing is flattened in what is read from a body: serde would read the parts
         *     from a copy of its own, which is less strict than [`crate::json`].
         */
        RecordingConfigInput: {
            audio_config?: components["schemas"]["AudioConfig"] | null;
            /** @description Prefix for the output file name. */
            file_name_prefix?: string | null;
            live_streaming_config?: components["schemas"]["RtmpConfig"] | null;
            /**
             * Format: int64
             * @description Longest recording time in seconds, 60 to 86400.
             */
            max_seconds?: number | null;
            realtimekit_bucket_config?: components["schemas"]["BucketConfig"] | null;
            video_config?: components["schemas"]["VideoConfig"] | null;
            storage_config?: components["schemas"]["StorageConfigInput"] | null;
        };
        /** @description Figures of the recordings of a day. */
        RecordingDayStat: {
            /**
             * Format: date-time
             * @description Start of the UTC day.
             */
            day: string;
            /**
             * Format: int64
             * @description Recordings on the day.
             */
            total_recordings: number;
            /**
             * Format: double
             * @description Recorded minutes on the day.
             */
            total_recording_minutes: number;
        };
        /** @description Figures of recordings. There are none as long as nothing can be recorded. */
        RecordingStats: {
            /** @description One entry per UTC day that has recordings. */
            day_stats: components["schemas"]["RecordingDayStat"][];
            /**
             * Format: int64
             * @description Recordings in the range.
             */
            recording_count: number;
            /**
             * Format: double
             * @description Recorded minutes in the range.
             */
            recording_minutes_consumed: number;
        };
        /** @description No recordings. */
        Recordings: {
            /** @description Always true. */
            success: boolean;
            /** @description Empty. */
            data: Record<string, never>[];
            /** @description Position of the page. */
            paging: components["schemas"]["Paging"];
        };
        /** @description A microphone, camera or loudspeaker. */
        ReportDevice: {
            /** @description As the browser names it. */
            device_id?: string;
            /** @description Kind. */
            kind?: string;
            /** @description For people. */
            label?: string;
        };
        /** @description Something that happened. */
        ReportEvent: {
            /** @description Name. */
            name: string;
            /** @description What else is said of it. */
            metadata: Record<string, never>;
            /**
             * Format: date-time
             * @description When.
             */
            timestamp: string;
        };
        /** @description RTMP output settings. */
        RtmpConfig: {
            /** @description RTMP destination. */
            rtmp_url?: string | null;
        };
        /** @description A device that was chosen. */
        SelectedDevice: {
            /** @description The device. */
            device: components["schemas"]["ReportDevice"];
            /**
             * Format: date-time
             * @description When.
             */
            timestamp: string;
        };
        /** @description A live instance of a meeting. */
        Session: {
            /** @description Identifier. */
            id: string;
            /** @description The meeting. */
            associated_id: string;
            /** @description Title of the meeting; frozen at the end. */
            meeting_display_name: string;
            /** @description Kind. */
            type: components["schemas"]["SessionKind"];
            /** @description Current state. */
            status: components["schemas"]["SessionStatus"];
            /**
             * Format: int32
             * @description Peers connected now.
             */
            live_participants: number;
            /**
             * Format: int32
             * @description Most peers connected at a time.
             */
            max_concurrent_participants: number;
            /**
             * Format: double
             * @description Participant-minutes used so far.
             */
            minutes_consumed: number;
            /** @description The app. */
            organization_id: string;
            /**
             * Format: date-time
             * @description First join.
             */
            started_at: string;
            /**
             * Format: date-time
             * @description When it ended; absent while LIVE.
             */
            ended_at?: string;
            /**
             * Format: date-time
             * @description First join.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description Latest join, leave, title change or end.
             */
            updated_at: string;
            /** @description Sessions of its breakout rooms, in the same shape; empty in lists, and unless they are asked for. */
            breakout_rooms: Record<string, never>[];
            /** @description Free-form data. */
            meta: Record<string, never>;
        };
        /** @description Figures of the sessions that started on a day. */
        SessionDayStat: {
            /**
             * Format: date-time
             * @description Start of the UTC day.
             */
            day: string;
            /**
             * Format: int64
             * @description Sessions that started on the day, LIVE ones included.
             */
            total_sessions: number;
            /**
             * Format: double
             * @description Their participant-minutes so far, also those of later days; not rounded.
             */
            total_session_minutes: number;
        };
        /**
         * @description What a session is of.
         * @enum {string}
         */
        SessionKind: "meeting";
        /** @description A peer of a session. */
        SessionParticipant: {
            /** @description Peer ID. */
            id: string;
            /** @description Participant ID as returned by Add Participant (same over all connections). */
            user_id: string;
            /** @description The caller's own identifier for this person. */
            custom_participant_id?: string;
            /** @description Name at the join. */
            display_name: string;
            /** @description Preset at the join. */
            preset_name: string;
            /**
             * Format: date-time
             * @description When the connection was accepted.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When the person joined.
             */
            joined_at: string;
            /**
             * Format: date-time
             * @description When the person left; absent while connected.
             */
            left_at?: string;
            /**
             * Format: date-time
             * @description Latest join or leave.
             */
            updated_at: string;
            /**
             * Format: double
             * @description Minutes in the session.
             */
            duration: number;
            /** @description Connection events; only with `include_peer_events=true`. */
            peer_events?: components["schemas"]["PeerEvent"][];
        };
        /** @description Participants of a page. */
        SessionParticipants: {
            /** @description The peers. */
            participants: components["schemas"]["SessionParticipant"][];
        };
        /** @description Figures of sessions. */
        SessionStats: {
            /** @description One entry per UTC day that has sessions, in order. */
            day_stats: components["schemas"]["SessionDayStat"][];
            /**
             * Format: int64
             * @description Sessions in the range.
             */
            sessions_count: number;
            /**
             * Format: double
             * @description Participant-minutes in the range, not rounded.
             */
            sessions_minutes_consumed: number;
        };
        /**
         * @description LIVE or ENDED.
         * @enum {string}
         */
        SessionStatus: "LIVE" | "ENDED";
        /** @description Sessions of a page. */
        Sessions: {
            /** @description The sessions. */
            sessions: components["schemas"]["Session"][];
        };
        /** @description External storage without its secrets. */
        StorageConfig: {
            /** @description Kind. */
            type: components["schemas"]["StorageType"];
            auth_method?: components["schemas"]["AuthMethod"] | null;
            /** @description Bucket name. */
            bucket?: string | null;
            /** @description SFTP server host. */
            host?: string | null;
            /** @description Path inside the bucket. */
            path?: string | null;
            /**
             * Format: int32
             * @description SFTP server port.
             */
            port?: number | null;
            /** @description Storage region. */
            region?: string | null;
            /** @description SFTP user name. */
            username?: string | null;
        };
        /** @description External storage with its secrets, which are never shown again. */
        StorageConfigInput: {
            /** @description Kind. */
            type: components["schemas"]["StorageType"];
            auth_method?: components["schemas"]["AuthMethod"] | null;
            /** @description Bucket name. */
            bucket?: string | null;
            /** @description SFTP server host. */
            host?: string | null;
            /** @description Path inside the bucket. */
            path?: string | null;
            /**
             * Format: int32
             * @description SFTP server port.
             */
            port?: number | null;
            /** @description Storage region. */
            region?: string | null;
            /** @description SFTP user name. */
            username?: string | null;
            /** @description Access key. */
            access_key?: string | null;
            /** @description Secret. */
            secret?: string | null;
            /** @description SFTP password or key passphrase. */
            password?: string | null;
            /** @description SFTP private key. */
            private_key?: string | null;
        };
        /**
         * @description Kind of a storage.
         * @enum {string}
         */
        StorageType: "aws" | "azure" | "digitalocean" | "gcs" | "sftp";
        /** @description Summary settings. */
        SummarizationConfig: {
            summary_type?: components["schemas"]["SummaryType"] | null;
            text_format?: components["schemas"]["TextFormat"] | null;
            /**
             * Format: int64
             * @description Longest summary in words, 150 to 1000.
             */
            word_limit?: number | null;
        };
        /**
         * @description Style of a summary.
         * @enum {string}
         */
        SummaryType: "general" | "team_meeting" | "sales_call" | "client_check_in" | "interview" | "daily_standup" | "one_on_one_meeting" | "lecture" | "code_review";
        /**
         * @description Markup of a summary.
         * @enum {string}
         */
        TextFormat: "plain_text" | "markdown";
        /** @description A participant token. */
        Token: {
            /** @description Participant token (JWT) used by the client to join. */
            token: string;
        };
        /** @description Transcription settings. */
        TranscriptionConfig: {
            /** @description Terms to recognise preferentially. */
            keywords?: string[] | null;
            language?: components["schemas"]["Language"] | null;
            /** @description Mask offensive words. */
            profanity_filter?: boolean | null;
        };
        /** @description A path that a transport may take. Addresses are cut to 16 bits. */
        TransportStats: {
            /** @description Estimate, bit/s. */
            available_incoming_bitrate?: components["schemas"]["Figure"];
            /** @description Estimate, bit/s. */
            available_outgoing_bitrate?: components["schemas"]["Figure"];
            /** @description Bytes. */
            bytes_discarded_on_send?: components["schemas"]["Figure"];
            /** @description Bytes. */
            bytes_received?: components["schemas"]["Figure"];
            /** @description Bytes. */
            bytes_sent?: components["schemas"]["Figure"];
            /** @description Seconds. */
            current_round_trip_time?: components["schemas"]["Figure"];
            /** @description Milliseconds of the client's clock. */
            last_packet_received_timestamp?: components["schemas"]["Figure"];
            /** @description Milliseconds of the client's clock. */
            last_packet_sent_timestamp?: components["schemas"]["Figure"];
            /** @description Here. */
            local_candidate_address?: string;
            /** @description Here. */
            local_candidate_id?: string;
            /** @description Here. */
            local_candidate_network_type?: string;
            /** @description Here. */
            local_candidate_port?: components["schemas"]["Figure"];
            /** @description Here. */
            local_candidate_protocol?: string;
            /** @description Here. */
            local_candidate_related_address?: string;
            /** @description Here. */
            local_candidate_related_port?: components["schemas"]["Figure"];
            /** @description Here. */
            local_candidate_type?: string;
            /** @description Whether it is the one that is used. */
            nominated?: boolean;
            /** @description Packets. */
            packets_discarded_on_send?: components["schemas"]["Figure"];
            /** @description Packets. */
            packets_received?: components["schemas"]["Figure"];
            /** @description Packets. */
            packets_sent?: components["schemas"]["Figure"];
            /** @description There. */
            remote_candidate_address?: string;
            /** @description There. */
            remote_candidate_id?: string;
            /** @description There. */
            remote_candidate_port?: components["schemas"]["Figure"];
            /** @description There. */
            remote_candidate_protocol?: string;
            /** @description There. */
            remote_candidate_type?: string;
            /** @description Seconds. */
            total_round_trip_time?: components["schemas"]["Figure"];
        };
        /**
         * @description Video codec.
         * @enum {string}
         */
        VideoCodec: "H264" | "VP8" | "VP9";
        /** @description Video recording settings. */
        VideoConfig: {
            codec?: components["schemas"]["VideoCodec"] | null;
            /** @description Produce this file separately. */
            export_file?: boolean | null;
            /**
             * Format: int64
             * @description Width in pixels, 1 to 1920.
             */
            width?: number | null;
            /**
             * Format: int64
             * @description Height in pixels, 1 to 1920.
             */
            height?: number | null;
            watermark?: components["schemas"]["Watermark"] | null;
        };
        /** @description Figures of a picture that is received. */
        VideoConsumerCumulative: {
            /** @description Frames a second. */
            frame_per_second?: components["schemas"]["PercentileSummary"];
            /** @description Pixels. */
            frame_width?: components["schemas"]["PercentileSummary"];
            /** @description What was wrong. */
            issues?: components["schemas"]["VideoConsumerIssues"];
            /** @description How long frames wait. */
            jitter_buffer_delay?: components["schemas"]["LatencyDistribution"];
            /** @description Of all frames. */
            key_frames_decoded_fraction?: components["schemas"]["Figure"];
            /** @description Losses between two samples. */
            packet_loss?: components["schemas"]["PacketLossDistribution"];
        };
        /** @description What was wrong with a picture that is received: fractions of the samples. */
        VideoConsumerIssues: {
            /** @description No frame since the sample before. */
            no_video_fraction?: components["schemas"]["Figure"];
            /** @description Less than 240 pixels high. */
            poor_resolution_fraction?: components["schemas"]["Figure"];
        };
        /** @description A moment of a picture that is received. */
        VideoConsumerSample: {
            /** @description Bytes so far. */
            bytes_received?: components["schemas"]["Figure"];
            /** @description Stream here. */
            consumer_id?: string;
            /** @description Pixels. */
            frame_height?: components["schemas"]["Figure"];
            /** @description Pixels. */
            frame_width?: components["schemas"]["Figure"];
            /** @description Frames so far. */
            frames_decoded?: components["schemas"]["Figure"];
            /** @description Frames so far that came too late. */
            frames_dropped?: components["schemas"]["Figure"];
            /** @description Frames a second. */
            frames_per_second?: components["schemas"]["Figure"];
            /** @description How unevenly packets come, seconds. */
            jitter?: components["schemas"]["Figure"];
            /** @description Seconds that all frames so far have waited. */
            jitter_buffer_delay?: components["schemas"]["Figure"];
            /** @description Frames that have waited so far. */
            jitter_buffer_emitted_count?: components["schemas"]["Figure"];
            /** @description Key frames so far. */
            key_frames_decoded?: components["schemas"]["Figure"];
            /** @description Media line. */
            mid?: string;
            /** @description Packets so far that never came. */
            packets_lost?: components["schemas"]["Figure"];
            /** @description Packets so far. */
            packets_received?: components["schemas"]["Figure"];
            /** @description Who sends it. */
            peer_id?: string;
            /** @description Stream there. */
            producer_id?: string;
            /** @description Source of the packets. */
            ssrc?: components["schemas"]["Figure"];
            /** @description When. */
            timestamp?: string;
        };
        /** @description Figures of a picture that is sent. */
        VideoProducerCumulative: {
            /** @description Frames a second. */
            frame_per_second?: components["schemas"]["PercentileSummary"];
            /** @description Pixels. */
            frame_width?: components["schemas"]["PercentileSummary"];
            /** @description What was wrong. */
            issues?: components["schemas"]["VideoProducerIssues"];
            /** @description Of all frames. */
            key_frames_encoded_fraction?: components["schemas"]["Figure"];
            /** @description Losses between two samples. */
            packet_loss?: components["schemas"]["PacketLossDistribution"];
            /** @description Round trips. */
            rtt?: components["schemas"]["LatencyDistribution"];
        };
        /** @description What was wrong with a picture that is sent: fractions of the samples. */
        VideoProducerIssues: {
            /** @description The network limited it. */
            bandwidth_quality_limitation_fraction?: components["schemas"]["Figure"];
            /** @description The machine limited it. */
            cpu_quality_limitation_fraction?: components["schemas"]["Figure"];
            /** @description No frame since the sample before. */
            no_video_fraction?: components["schemas"]["Figure"];
            /** @description Less than 240 pixels high. */
            poor_resolution_fraction?: components["schemas"]["Figure"];
            /** @description Anything limited it. */
            quality_limitation_fraction?: components["schemas"]["Figure"];
        };
        /** @description A moment of a picture that is sent. */
        VideoProducerSample: {
            /** @description Bytes so far, as the sender reports them. */
            bytes_sent?: components["schemas"]["Figure"];
            /** @description Full intra requests so far. */
            fir_count?: components["schemas"]["Figure"];
            /** @description Pixels. */
            frame_height?: components["schemas"]["Figure"];
            /** @description Pixels. */
            frame_width?: components["schemas"]["Figure"];
            /** @description Frames so far. */
            frames_encoded?: components["schemas"]["Figure"];
            /** @description Frames a second. */
            frames_per_second?: components["schemas"]["Figure"];
            /** @description How unevenly packets come, seconds. */
            jitter?: components["schemas"]["Figure"];
            /** @description Key frames so far. */
            key_frames_encoded?: components["schemas"]["Figure"];
            /** @description Media line. */
            mid?: string;
            /** @description Packets so far that never came. */
            packets_lost?: components["schemas"]["Figure"];
            /** @description Packets so far, as the sender reports them. */
            packets_sent?: components["schemas"]["Figure"];
            /** @description Requests for key frames so far. */
            pli_count?: components["schemas"]["Figure"];
            /** @description Stream. */
            producer_id?: string;
            /** @description What limited the quality, for how long. */
            quality_limitation_durations?: components["schemas"]["LimitationDurations"];
            /** @description What limits the quality: `cpu`, `bandwidth`, `none`, `other`. */
            quality_limitation_reason?: string;
            /** @description How often that changed the size. */
            quality_limitation_resolution_changes?: components["schemas"]["Figure"];
            /** @description Round trip of its transport, seconds. */
            rtt?: components["schemas"]["Figure"];
            /** @description Source of the packets. */
            ssrc?: components["schemas"]["Figure"];
            /** @description When. */
            timestamp?: string;
        };
        /** @description Image burned into a recording. */
        Watermark: {
            position?: components["schemas"]["Corner"] | null;
            size?: components["schemas"]["WatermarkSize"] | null;
            url?: string | null;
        };
        /** @description Size of a watermark. */
        WatermarkSize: {
            /**
             * Format: int64
             * @description Height in pixels.
             */
            height?: number | null;
            /**
             * Format: int64
             * @description Width in pixels.
             */
            width?: number | null;
        };
        /** @description A receiver of events. Its secrets are not shown here. */
        Webhook: {
            /** @description Identifier. */
            id: string;
            /** @description Name. */
            name: string;
            /** @description Where requests go. */
            url: string;
            /** @description Events that it wants. */
            events: components["schemas"]["WebhookEventName"][];
            /** @description Whether it is served. */
            enabled: boolean;
            /**
             * Format: date-time
             * @description Creation time.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description Time of the last change.
             */
            updated_at: string;
        };
        /** @enum {string} */
        WebhookEventName: "meeting.started" | "meeting.ended" | "meeting.participantJoined" | "meeting.participantLeft" | "meeting.chatSynced" | "recording.statusUpdate" | "livestreaming.statusUpdate" | "meeting.transcript" | "meeting.summary";
        /** @description The keys. */
        WebhookPublicKeys: {
            /** @description The one that signs, SPKI in PEM. */
            publicKey: string;
            /** @description The one that signs, the next one if there is one, and those that signed in the last day. */
            publicKeys: string[];
        };
        /** @description What a webhook is to be. */
        WebhooksCreateWebhookRequest: {
            /** @description Name. */
            name: string;
            /** Format: uri */
            url: string;
            /** @description Events that it wants. */
            events: components["schemas"]["WebhookEventName"][];
            /**
             * @description Whether it is served.
             * @default true
             */
            enabled: boolean | null;
        };
        /** @description What of a webhook is to be changed. */
        WebhooksEditWebhookRequest: {
            /** @description Name. */
            name?: string | null;
            url?: string | null;
            /** @description Events that it wants. */
            events?: components["schemas"]["WebhookEventName"][] | null;
            /** @description Whether it is served. */
            enabled?: boolean | null;
        };
        /** @description The names of all events. */
        WebhooksListEventsResponse: {
            /** @description Always true. */
            success: boolean;
            /** @description The result. */
            data: components["schemas"]["WebhookEventName"][];
        };
        /** @description Keys that signatures are checked with. */
        WebhooksPublicKeyResponse: {
            /** @description Always true. */
            success: boolean;
            /** @description The keys. */
            data: components["schemas"]["WebhookPublicKeys"];
            /** @description Empty. */
            message: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    webhooksPublicKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhooksPublicKeyResponse"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    appsGet: {
        parameters: {
            query?: {
                /** @description Part of the name or the ID. */
                search?: string;
                /** @description Sort order by creation time; DESC when not given. */
                sort_order?: "ASC" | "DESC";
                /** @description Page, from 1; 0 is the first page too. */
                page_no?: number;
                /** @description Items on a page, at most 100; 0 is the default. */
                per_page?: number;
            };
            header?: never;
            path: {
                account_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_Vec_App"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    appsPost: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AppsPostRequest"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_CreatedApp"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    analyticsGetOrgAnalytics: {
        parameters: {
            query?: {
                start_date?: string;
                end_date?: string;
            };
            header?: never;
            path: {
                account_id: string;
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_OrgAnalytics"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    livestreamsGetLivestreamAnalyticsDaywise: {
        parameters: {
            query?: {
                /** @description Livestreams that began then or later; seconds since 1970. */
                start_time?: number;
                /** @description Livestreams that began then or earlier; seconds since 1970. */
                end_time?: number;
                /** @description Filters of the vendor. */
                filters?: string;
            };
            header?: never;
            path: {
                account_id: string;
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LivestreamDays"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    livestreamsGetLivestreamAnalyticsComplete: {
        parameters: {
            query?: {
                /** @description Livestreams that began then or later; seconds since 1970. */
                start_time?: number;
                /** @description Livestreams that began then or earlier; seconds since 1970. */
                end_time?: number;
                /** @description Filters of the vendor. */
                filters?: string;
            };
            header?: never;
            path: {
                account_id: string;
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_LivestreamStats"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    livestreamsGetAllLivestreams: {
        parameters: {
            query?: {
                exclude_meetings?: boolean | string;
                start_time?: string;
                end_time?: string;
                /** @description How far they are. */
                status?: "LIVE" | "IDLE" | "ERRORED" | "INVOKED";
                /** @description Sort order. */
                sort_order?: "ASC" | "DSC" | "DESC";
                /** @description Page, from 1; 0 is the first page too. */
                page_no?: number;
                /** @description Items on a page, at most 100; 0 is the default. */
                per_page?: number;
            };
            header?: never;
            path: {
                account_id: string;
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Livestreams"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The vendor has this method of the path, this server not yet. */
            501: {
                headers: {
                    /** @description `false`: trying again is in vain. */
                    "x-should-retry"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    meetingsGet: {
        parameters: {
            query?: {
                start_time?: string;
                end_time?: string;
                /** @description Whether they may be joined. */
                status?: "ACTIVE" | "INACTIVE";
                /** @description Part of the title or the ID. */
                search?: string;
                /** @description Page, from 1; 0 is the first page too. */
                page_no?: number;
                /** @description Items on a page, at most 100; 0 is the default. */
                per_page?: number;
            };
            header?: never;
            path: {
                account_id: string;
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_Vec_MeetingListItem"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    meetingsCreate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MeetingFields"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Meeting"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    meetingsGetMeetingByID: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                meeting_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Meeting"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    meetingsReplaceMeetingByID: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                meeting_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MeetingsReplaceMeetingByIDRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Meeting"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    meetingsUpdateMeetingByID: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                meeting_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MeetingFields"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Meeting"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    activeSessionGetActiveSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                meeting_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Session"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    activeSessionKickParticipants: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                meeting_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActiveSessionKickParticipantsRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Kicked"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    activeSessionKickAllParticipants: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                meeting_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_KickedAll"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    MuteParticipants: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                meeting_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActiveSessionKickParticipantsRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Muted"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    MuteAllParticipants: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                meeting_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MuteAllParticipantsRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_MutedAll"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    activeSessionCreatePoll: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                meeting_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActiveSessionCreatePollRequest"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PollCreated"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    meetingsGetMeetingParticipants: {
        parameters: {
            query?: {
                /** @description Page, from 1; 0 is the first page too. */
                page_no?: number;
                /** @description Items on a page, at most 100; 0 is the default. */
                per_page?: number;
            };
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                meeting_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_Vec_Participant"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    meetingsAddParticipant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                meeting_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MeetingsAddParticipantRequest"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ParticipantWithToken"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    meetingsGetMeetingParticipant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                meeting_id: string;
                participant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Participant"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    meetingsDeleteMeetingParticipant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                meeting_id: string;
                participant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_DeletedParticipant"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    meetingsEditParticipant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                meeting_id: string;
                participant_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MeetingsEditParticipantRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ParticipantWithToken"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    meetingsRefreshParticipantToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                meeting_id: string;
                participant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Token"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    presetsGet: {
        parameters: {
            query?: {
                /** @description Part of the name or the ID. */
                search?: string;
                /** @description Page, from 1; 0 is the first page too. */
                page_no?: number;
                /** @description Items on a page, at most 100; 0 is the default. */
                per_page?: number;
            };
            header?: never;
            path: {
                account_id: string;
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_Vec_PresetListItem"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    presetsCreate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PresetsCreateRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Preset"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Another preset of the app has this name. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    presetsGetPresetByID: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                preset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Preset"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    presetsReplacePresetByID: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                preset_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PresetsCreateRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Preset"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Another preset of the app has this name. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    presetsDelete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                preset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Preset"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    presetsUpdate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                preset_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PresetsUpdateRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Preset"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Another preset of the app has this name. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    recordingsGetRecordings: {
        parameters: {
            query?: {
                /** @description Part of the meeting ID, or of the file name. */
                search?: string;
                /** @description Recordings of this meeting. */
                meeting_id?: string;
                start_time?: string;
                end_time?: string;
                expired?: boolean | string;
                /** @description How far they are. */
                status?: ("INVOKED" | "RECORDING" | "UPLOADING" | "UPLOADED" | "ERRORED" | "PAUSED")[];
                /** @description Sort key. */
                sort_by?: "invokedTime";
                /** @description Sort order. */
                sort_order?: "ASC" | "DESC";
                /** @description Page, from 1; 0 is the first page too. */
                page_no?: number;
                /** @description Items on a page, at most 100; 0 is the default. */
                per_page?: number;
            };
            header?: never;
            path: {
                account_id: string;
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recordings"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The vendor has this method of the path, this server not yet. */
            501: {
                headers: {
                    /** @description `false`: trying again is in vain. */
                    "x-should-retry"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    sessionsGetSessions: {
        parameters: {
            query?: {
                /** @description ID of the meeting that the sessions belong to. */
                associated_id?: string;
                start_time?: string;
                end_time?: string;
                /** @description Current status. */
                status?: "LIVE" | "ENDED";
                /** @description Range of the most people connected at a time: `min:max`, `min:` or `:max`. */
                participants?: string;
                /** @description Part of the title, the meeting ID or the session ID. */
                search?: string;
                /** @description Sort key. */
                sort_by?: "minutesConsumed" | "createdAt";
                /** @description Sort order. */
                sort_order?: "ASC" | "DESC";
                /** @description Page, from 1; 0 is the first page too. */
                page_no?: number;
                /** @description Items on a page, at most 100; 0 is the default. */
                per_page?: number;
            };
            header?: never;
            path: {
                account_id: string;
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_Sessions"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    sessionsGetParticipantDataFromPeerID: {
        parameters: {
            query?: {
                /** @description Which parts to show, joined by commas; all when not given. */
                filters?: string;
                /** @description List the connection events too. */
                include_peer_events?: boolean;
            };
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                peer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PeerReportAnswer"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    sessionsGetSessionDetails: {
        parameters: {
            query?: {
                /** @description Fill in `breakout_rooms`. */
                include_breakout_rooms?: boolean;
            };
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Session"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    sessionsGetSessionChat: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ChatDownload"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    sessionsGetSessionParticipants: {
        parameters: {
            query?: {
                /** @description Part of the participant ID, the custom participant ID or the display name. */
                search?: string;
                /** @description Sort key. */
                sort_by?: "joinedAt" | "duration";
                /** @description Sort order; ASC when not given. */
                sort_order?: "ASC" | "DESC";
                /** @description List the connection events too. */
                include_peer_events?: boolean;
                /**
                 * @description `consolidated` adds the time in the breakout rooms to which somebody went from here to `duration`; the order is that of
                 *     the time in this session alone.
                 */
                view?: "raw" | "consolidated";
                /** @description Page, from 1; 0 is the first page too. */
                page_no?: number;
                /** @description Items on a page, at most 100; 0 is the default. */
                per_page?: number;
            };
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_SessionParticipants"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    sessionsGetSessionParticipantDetails: {
        parameters: {
            query?: {
                /** @description List the connection events too. */
                include_peer_events?: boolean;
            };
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                session_id: string;
                participant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_OneParticipant"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    webhooksGetWebhooks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_Webhook"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    webhooksCreateWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhooksCreateWebhookRequest"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Webhook"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    webhooksListEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhooksListEventsResponse"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    webhooksGetWebhookByID: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Webhook"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    webhooksReplaceWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhooksCreateWebhookRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Webhook"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    webhooksDeleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Webhook"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    webhooksEditWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account_id: string;
                app_id: string;
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["WebhooksEditWebhookRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Webhook"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
}
