/** Requests and shapes of what goes on beside a conversation. */
import { server, told } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
const at = (id: string) => ({ params: { path: { id } } });

export type How = Schemas["How"];
export type ListeningRow = Schemas["ListeningRow"];
export type Conversation = Schemas["Conversation"];
export type RecordingView = Schemas["RecordingView"];
export type RecordingWish = Schemas["RecordingWish"];

export const besideApi = {
  conversations: () => told<{ items: Conversation[] }>(server.GET("/api/v1/listening")),
  attend: (contact: string, how: How) =>
    told(server.POST("/api/v1/contacts/{id}/listening", { ...at(contact), body: { how } })),
  answer: (contact: string, yes: boolean) =>
    told(server.POST("/api/v1/contacts/{id}/listening/answer", { ...at(contact), body: { yes } })),
  endAttending: (contact: string) => told(server.DELETE("/api/v1/contacts/{id}/listening", at(contact))),
  record: (contact: string, wish: RecordingWish) =>
    told(server.POST("/api/v1/contacts/{id}/recording", { ...at(contact), body: { wish } })),
  recordings: () => told<{ items: RecordingView[] }>(server.GET("/api/v1/recordings")),
  sound: (recording: string) =>
    told<Blob>(server.POST("/api/v1/recordings/{id}/sound", { ...at(recording), parseAs: "blob" })),
  destroy: (recording: string) => told(server.DELETE("/api/v1/recordings/{id}", at(recording))),
};
